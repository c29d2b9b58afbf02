package collation

import (
	"slices"
	"strings"
)

// ICUVersion is the release of ICU whose order Spark's collations of languages have.
const ICUVersion = "78.3.0.0"

// languages are the locales that have a collation in ICU: a language and its name, then
// its locales with a script or a country, and the name of that country.
const languages = `
	af=Afrikaans, am=Amharic, ar=Arabic;ar_SAU=Saudi Arabia, as=Assamese, az=Azerbaijani, be=Belarusian,
	bg=Bulgarian, blo=Anii, bn=Bangla, bo=Tibetan, br=Breton, bs=Bosnian;bs_Cyrl, ca=Catalan, ceb=Cebuano,
	chr=Cherokee, cs=Czech, cy=Welsh, da=Danish, de=German;de_AUT=Austria, dsb=Lower Sorbian, dz=Dzongkha, ee=Ewe,
	el=Greek, en=English;en_USA=United States, eo=Esperanto, es=Spanish, et=Estonian,
	fa=Persian;fa_AFG=Afghanistan, ff=Fula;ff_Adlm, fi=Finnish, fil=Filipino, fo=Faroese, fr=French;fr_CAN=Canada,
	fy=Western Frisian, ga=Irish, gl=Galician, gu=Gujarati, ha=Hausa, haw=Hawaiian, he=Hebrew;he_ISR=Israel,
	hi=Hindi, hr=Croatian, hsb=Upper Sorbian, hu=Hungarian, hy=Armenian, id=Indonesian;id_IDN=Indonesia, ig=Igbo,
	is=Icelandic, it=Italian, ja=Japanese, ka=Georgian, kk=Kazakh;kk_Arab, kl=Kalaallisut, km=Khmer, kn=Kannada,
	ko=Korean, kok=Konkani, ku=Kurdish, ky=Kyrgyz, lb=Luxembourgish, lij=Ligurian, lkt=Lakota, ln=Lingala, lo=Lao,
	lt=Lithuanian, lv=Latvian, mk=Macedonian, ml=Malayalam, mn=Mongolian, mr=Marathi, ms=Malay, mt=Maltese,
	my=Burmese, nb=Norwegian Bokmål;nb_NOR=Norway, ne=Nepali, nl=Dutch, nn=Norwegian Nynorsk, no=Norwegian,
	nso=Northern Sotho, om=Oromo, or=Odia, pa=Punjabi;pa_Guru;pa_Guru_IND=India, pl=Polish, ps=Pashto,
	pt=Portuguese, ro=Romanian, ru=Russian, sa=Sanskrit, se=Northern Sami, si=Sinhala, sk=Slovak, sl=Slovenian,
	smn=Inari Sami, sq=Albanian,
	sr=Serbian;sr_Cyrl;sr_Cyrl_BIH=Bosnia & Herzegovina;sr_Cyrl_MNE=Montenegro;sr_Cyrl_SRB=Serbia;sr_Latn;sr_Latn_BIH=Bosnia & Herzegovina;sr_Latn_SRB=Serbia,
	st=Southern Sotho, sv=Swedish, sw=Swahili, ta=Tamil, te=Telugu, th=Thai, tk=Turkmen, tn=Tswana, to=Tongan,
	tr=Turkish, ug=Uyghur, uk=Ukrainian, ur=Urdu, uz=Uzbek, vi=Vietnamese, wae=Walser, wo=Wolof, xh=Xhosa,
	yi=Yiddish, yo=Yoruba,
	zh=Chinese;zh_Hans;zh_Hans_CHN=China;zh_Hans_SGP=Singapore;zh_Hant;zh_Hant_HKG=Hong Kong SAR China;zh_Hant_MAC=Macao SAR China;zh_Hant_TWN=Taiwan,
	zu=Zulu,
`

// Description is a row of collations().
type Description struct {
	Name string
	// Language and Country are their English names; "" for none.
	Language, Country           string
	IgnoresAccents, IgnoresCase bool
	// Trims is the modifier RTRIM.
	Trims bool
	// ICU says that the order is ICU's.
	ICU bool
}

// List are all collations there are, by name.
func List() []Description {
	list := []Description{{Name: "UTF8_BINARY"}, {Name: "UTF8_LCASE", IgnoresCase: true}}
	list = append(list, modified(Description{Name: "UNICODE", ICU: true})...)
	for entry := range strings.SplitSeq(strings.ReplaceAll(languages, "\n\t", " "), ",") {
		name, rest, _ := strings.Cut(strings.TrimSpace(entry), "=")
		if name == "" {
			continue
		}
		locales := strings.Split(rest, ";")
		list = append(list, modified(Description{Name: name, Language: locales[0], ICU: true})...)
		for _, l := range locales[1:] {
			locale, country, _ := strings.Cut(l, "=")
			list = append(list, modified(Description{Name: locale, Language: locales[0], Country: country, ICU: true})...)
		}
	}
	for _, d := range list {
		d.Name, d.Trims = d.Name+"_RTRIM", true
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b Description) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// modified is a collation of ICU with the modifiers for case and accents.
func modified(d Description) []Description {
	ci, ai := d, d
	ci.Name, ci.IgnoresCase = d.Name+"_CI", true
	ai.Name, ai.IgnoresAccents = d.Name+"_AI", true
	both := ci
	both.Name, both.IgnoresAccents = ci.Name+"_AI", true
	return []Description{d, ci, ai, both}
}

// Known reports whether there is a collation of this canonical name.
func Known(name string) bool {
	if _, ok := Of(name); ok {
		return true
	}
	_, ok := slices.BinarySearchFunc(List(), name, func(d Description, name string) int { return strings.Compare(d.Name, name) })
	return ok
}
