package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/weirstream/weir/internal/fault"
)

// command is a command of the program: use is its name and its arguments, short what
// it does, run what it runs. Before that the command line has been checked; an error up
// to then is one of usage.
func (p *program) command(use, short string, args cobra.PositionalArgs, run func(args []string) error) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Args: args, DisableFlagsInUseLine: true}
	c.Flags().SortFlags = false
	c.RunE = func(_ *cobra.Command, args []string) error {
		p.begin()
		return run(args)
	}
	return c
}

// arguments checks that each of the named arguments is there and no other is.
func arguments(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) < len(names) {
			return fmt.Errorf("%s needs the argument %s", c.CommandPath(), names[len(args)])
		}
		if len(args) > len(names) {
			return fmt.Errorf("unexpected argument %s", args[len(names)])
		}
		return nil
	}
}

// oneOf takes one argument, which is one of few words.
func oneOf(name string, words ...string) cobra.PositionalArgs {
	one := arguments(name)
	return func(c *cobra.Command, args []string) error {
		if err := one(c, args); err != nil {
			return err
		}
		if err := among(words, args[0]); err != nil {
			return fmt.Errorf("%s %w", name, err)
		}
		return nil
	}
}

// among checks that a word is one of those allowed.
func among(words []string, word string) error {
	if slices.Contains(words, word) {
		return nil
	}
	return fmt.Errorf("must be one of %s but got %q", strings.Join(words, ", "), word)
}

// choice is the value of a flag that is one of few words.
type choice struct {
	value *string
	words []string
}

func (c choice) String() string { return *c.value }
func (c choice) Type() string   { return strings.Join(c.words, "|") }
func (c choice) Set(word string) error {
	if err := among(c.words, word); err != nil {
		return err
	}
	*c.value = word
	return nil
}

// addChoice adds a flag that is one of words, the first unless it is given.
func addChoice(c *cobra.Command, to *string, name, help string, words ...string) {
	*to = words[0]
	addOptionalChoice(c, to, name, help, words...)
}

// addOptionalChoice adds a flag that is one of words, or not given.
func addOptionalChoice(c *cobra.Command, to *string, name, help string, words ...string) {
	c.Flags().Var(choice{to, words}, name, help)
	completed(c, name, words)
}

// choices is the value of a flag that is several of few words, given with commas between
// them or by using the flag again.
type choices struct {
	values *[]string
	words  []string
	given  *bool
}

func (c choices) String() string { return strings.Join(*c.values, ",") }
func (c choices) Type() string   { return strings.Join(c.words, ",") }
func (c choices) Set(text string) error {
	if !*c.given {
		*c.values, *c.given = nil, true // what stood there was the default
	}
	for word := range strings.SplitSeq(text, ",") {
		if err := among(c.words, word); err != nil {
			return err
		}
		*c.values = append(*c.values, word)
	}
	return nil
}

// addChoices adds a flag that is some of words; to holds the default.
func addChoices(c *cobra.Command, to *[]string, name, help string, words ...string) {
	c.Flags().Var(choices{to, words, new(bool)}, name, help)
	completed(c, name, words)
}

func completed(c *cobra.Command, flag string, words []string) {
	if err := c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // only a programmer can name a flag that was not added
	}
}

// settings is the value of a flag that is used once for each setting, as NAME=VALUE.
type settings map[string]string

func (s settings) String() string { return "" }
func (s settings) Type() string   { return "NAME=VALUE" }
func (s settings) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return fmt.Errorf("must be NAME=VALUE but got %q", text)
	}
	s[name] = value
	return nil
}

// flagError says what is wrong with the flags, and what may have been meant.
func flagError(c *cobra.Command, err error) error {
	if missing, ok := errors.AsType[*pflag.NotExistError](err); ok {
		text := "unknown flag " + dashed(missing)
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				names = append(names, "--"+f.Name)
			}
		})
		if near := fault.Nearest("--"+missing.GetSpecifiedName(), names); near != "" {
			text += fmt.Sprintf(", did you mean %q?", near)
		}
		return &usageError{text}
	}
	if wrong, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		reason := errors.Unwrap(wrong).Error()
		if kind, ok := kinds[wrong.GetFlag().Value.Type()]; ok {
			reason = fmt.Sprintf("must be %s but got %q", kind, wrong.GetValue())
		}
		return &usageError{fmt.Sprintf("--%s %s", wrong.GetFlag().Name, reason)}
	}
	return &usageError{err.Error()}
}

// kinds are the kinds of flags whose values the library reads.
var kinds = map[string]string{
	"int": "a whole number", "int64": "a whole number", "uint64": "a whole number of 0 or more",
	"duration": "a duration such as 20s", "bool": "true or false",
}

// noCommand refuses words that are no command.
func noCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	text := "unexpected argument " + args[0]
	var names []string
	for _, other := range c.Commands() {
		names = append(names, other.Name())
	}
	if near := fault.Nearest(args[0], names); near != "" {
		text += fmt.Sprintf(", did you mean %q?", near)
	}
	return &usageError{text}
}

// required says that a flag must be given.
func required(c *cobra.Command, flag string) {
	if err := c.MarkFlagRequired(flag); err != nil {
		panic(err) // only a programmer can name a flag that was not added
	}
}

// dashed is a flag as it was given.
func dashed(e *pflag.NotExistError) string {
	if shorts := e.GetSpecifiedShortnames(); shorts != "" {
		return "-" + e.GetSpecifiedName()
	}
	return "--" + e.GetSpecifiedName()
}
