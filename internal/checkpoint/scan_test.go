package checkpoint

import (
	"bytes"
	"strings"
	"testing"
)

// TestScan tells a torn end from damage. The file has three frames of one, four
// and two sectors, and zeros behind them.
func TestScan(t *testing.T) {
	id := fileID{epoch: 3, part: 1}
	var file []byte
	for i, size := range []int{10, 3*sectorPayload + 1, 2 * sectorPayload} {
		first := int64(len(file)) / sectorSize
		file = appendFrame(file, id, uint32(i+1), first, bytes.Repeat([]byte{byte('a' + i)}, size))
	}
	file = append(file, make([]byte, 3*sectorSize)...)
	lose := func(sectors ...int) func([]byte) []byte {
		return func(b []byte) []byte {
			for _, s := range sectors {
				clear(b[s*sectorSize : (s+1)*sectorSize])
			}
			return b
		}
	}
	tests := []struct {
		name   string
		change func([]byte) []byte
		frames int
		torn   bool
		err    string // empty: none
	}{
		{"whole", func(b []byte) []byte { return b }, 3, false, ""},
		{"no zeros behind it", func(b []byte) []byte { return b[:7*sectorSize] }, 3, false, ""},
		{"empty", func(b []byte) []byte { return nil }, 0, false, ""},
		{"only zeros", lose(0, 1, 2, 3, 4, 5, 6), 0, false, ""},
		{"the last frame lacks its first sector", lose(5), 2, true, ""},
		{"the last frame lacks its last sector", lose(6), 2, true, ""},
		{"the last frame is cut inside a sector", func(b []byte) []byte { return b[:6*sectorSize+100] }, 2, true, ""},
		{"the last two frames lack sectors", lose(2, 5), 0, false, "byte 512: frame 2 is missing, but frame 3 is there"},
		{"a frame in the middle is gone", lose(1, 2, 3, 4), 0, false, "byte 512: frame 2 is missing, but frame 3 is there"},
		{"the first frame is gone", lose(0), 0, false, "byte 0: frame 1 is missing, but frame 2 is there"},
		{"a flipped bit in the last frame", func(b []byte) []byte { b[6*sectorSize+30] ^= 4; return b }, 0, false, "byte 3072: the checksum"},
		{"a flipped bit behind the end", func(b []byte) []byte { b[8*sectorSize+30] ^= 4; return b }, 0, false, "byte 4096: the checksum"},
		{"a flipped bit in a torn frame", func(b []byte) []byte { b[6*sectorSize+30] ^= 4; return lose(5)(b) }, 0, false, "byte 3072: the checksum"},
		{"two sectors changed places", func(b []byte) []byte {
			b = append(b[:sectorSize:sectorSize], append(bytes.Clone(b[2*sectorSize:3*sectorSize]), b[sectorSize:]...)...)
			return b
		}, 0, false, "byte 512: the checksum"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := scan(tt.change(bytes.Clone(file)), id)
			if tt.err != "" {
				if err == nil || !strings.HasPrefix(err.Error(), tt.err) {
					t.Fatalf("error is %v, want %s", err, tt.err)
				}
				return
			}
			if err != nil || len(s.frames) != tt.frames || s.torn != tt.torn {
				t.Errorf("%d frames, torn %t, %v; want %d and %t", len(s.frames), s.torn, err, tt.frames, tt.torn)
			}
		})
	}
	if _, err := scan(file, fileID{epoch: 4}); err == nil {
		t.Error("a file under another file's name was read")
	}
}
