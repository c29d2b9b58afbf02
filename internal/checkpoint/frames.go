package checkpoint

import (
	"errors"
	"io"
)

// Frames writes and reads other files in the form of a journal: frames of sectors
// whose checksums tell a crash from damage, as docs/format/journal.md says. A file
// has one writer, which syncs a frame before it writes the next and goes on in
// another file after an error.
//
// The two numbers name the file; they are part of every checksum, so that a sector
// of another file does not pass for one of this.
type Frames struct{ id fileID }

// FramesOf are the frames of the file with these two numbers.
func FramesOf(first, second int64) Frames { return Frames{fileID{epoch: first, part: second}} }

// Frame is what was appended at once.
type Frame struct {
	Offset  int64 // of its first sector in the file
	Payload []byte
}

// Append adds the sectors of a frame to b. Frames are numbered from 1; offset is
// where the frame begins in the file: behind the one before. The payload is not
// empty.
func (f Frames) Append(b []byte, frame uint32, offset int64, payload []byte) []byte {
	return appendFrame(b, f.id, frame, offset/sectorSize, payload)
}

// Room is how many bytes the sectors of a payload take.
func (f Frames) Room(payload int) int {
	return (payload + sectorPayload - 1) / sectorPayload * sectorSize
}

// Scan is the complete frames of a file and the bytes up to the end of the last. A
// torn end is no error; what a crash cannot explain is, and the error says at which
// byte.
func (f Frames) Scan(file []byte) (frames []Frame, length int64, err error) {
	s, err := scan(file, f.id)
	if err != nil {
		return nil, 0, err
	}
	offset := int64(0)
	for _, payload := range s.frames {
		frames = append(frames, Frame{offset, payload})
		offset += int64(len(payload)+sectorPayload-1) / sectorPayload * sectorSize
	}
	return frames, s.length, nil
}

// ReadAt reads length bytes of the payload of the frame that begins at offset, after
// skip bytes. The sectors read are verified; an error says at which byte one is wrong.
func (f Frames) ReadAt(file io.ReaderAt, offset, skip, length int64) ([]byte, error) {
	start := offset + skip/sectorPayload*sectorSize
	skip %= sectorPayload
	count := (skip + length + sectorPayload - 1) / sectorPayload
	sectors := make([]byte, count*sectorSize)
	n, err := file.ReadAt(sectors, start)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	id, first := f.id, start/sectorSize
	// The payloads move down over the headers, which are not needed any more.
	out, frame := sectors[:0], uint32(0)
	for i := range count {
		at := i * sectorSize
		if at+sectorSize > int64(n) {
			return nil, &damage{start + at, "the file ends before the record does"}
		}
		s := sectors[at : at+sectorSize]
		h, ok := parseSector(s, id, first+i)
		switch {
		case !ok:
			return nil, &damage{start + at, "the checksum of the sector does not match"}
		case i > 0 && h.frame != frame:
			return nil, &damage{start + at, "the record ends in another frame"}
		}
		frame = h.frame
		out = append(out, s[sectorHeader:sectorHeader+int64(h.used)]...)
	}
	if int64(len(out)) < skip+length {
		return nil, &damage{start, "the frame is shorter than the record"}
	}
	return out[skip : skip+length : skip+length], nil
}
