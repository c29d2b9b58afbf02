package checkpoint

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// A journal file is a row of sectors, and a frame, the bytes of one append, is
// a run of them:
//
//	0        4        8        12     14   16                          512
//	┌────────┬────────┬────────┬──────┬────┬───────────────────────────┐
//	│ CRC32C │ frame  │ left   │ used │ 0  │ used bytes, then zeros    │
//	└────────┴────────┴────────┴──────┴────┴───────────────────────────┘
//	frame: 1 for the first append of the file, and so on
//	left:  sectors of this frame that follow this one
//
// The sum covers everything behind it and, in front of that, the epoch and the
// part of the file and the number of the sector, so that a sector in a wrong
// place does not verify. All numbers are little-endian.
//
// The size is that in which a disk writes: a sector is there or it is not. What
// was never written reads as zeros or lies behind the end of the file, and a
// sector that was written is never all zeros. This is what tells a crash from
// damage; see [scan].
const (
	sectorSize    = 512
	sectorHeader  = 16
	sectorPayload = sectorSize - sectorHeader
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// fileID says which file of a journal a sector belongs to.
type fileID struct {
	epoch int64
	part  int64
}

// sum is the checksum of the sector with this number.
func (id fileID) sum(number int64, sector []byte) uint32 {
	var place [24]byte
	binary.LittleEndian.PutUint64(place[0:], uint64(id.epoch))
	binary.LittleEndian.PutUint64(place[8:], uint64(id.part))
	binary.LittleEndian.PutUint64(place[16:], uint64(number))
	return crc32.Update(crc32.Checksum(place[:], castagnoli), castagnoli, sector[4:])
}

// appendFrame appends the sectors of one frame to b. The payload is not empty;
// first is the number of its first sector in the file.
func appendFrame(b []byte, id fileID, frame uint32, first int64, payload []byte) []byte {
	count := (len(payload) + sectorPayload - 1) / sectorPayload
	for i := range count {
		used := payload[i*sectorPayload : min((i+1)*sectorPayload, len(payload))]
		at := len(b)
		b = append(b, make([]byte, sectorSize)...)
		s := b[at:]
		binary.LittleEndian.PutUint32(s[4:], frame)
		binary.LittleEndian.PutUint32(s[8:], uint32(count-1-i))
		binary.LittleEndian.PutUint16(s[12:], uint16(len(used)))
		copy(s[sectorHeader:], used)
		binary.LittleEndian.PutUint32(s, id.sum(first+int64(i), s))
	}
	return b
}

// scanned is what a journal file holds.
type scanned struct {
	frames [][]byte // the payload of each complete frame
	length int64    // bytes up to the end of the last of them
	torn   bool     // behind it lies a part of a frame that was never completed
}

// damage is a place that a crash cannot explain.
type damage struct {
	offset int64
	reason string
}

func (d *damage) Error() string { return fmt.Sprintf("byte %d: %s", d.offset, d.reason) }

// scan reads the frames of a journal file.
//
// A file has one writer, which syncs each frame before it writes the next and
// stops for good at the first error. Hence a crash can leave at most one frame
// incomplete, the last, and incomplete means that sectors of it are missing:
// they are zeros or behind the end of the file. So
//
//   - a sector that is neither missing nor verifies is damage;
//   - a missing sector is the torn end, and the frame that it belongs to was
//     never acknowledged: it is cut off;
//   - a missing sector with a later frame behind it is damage.
//
// A flipped bit is damage wherever it is, the last frame included.
func scan(file []byte, id fileID) (scanned, error) {
	var s scanned
	next := uint32(1)
	for {
		payload, end, err := scanFrame(file, id, next, s.length)
		if err != nil {
			return s, err
		}
		if payload == nil {
			break
		}
		s.frames = append(s.frames, payload)
		s.length = end
		next++
	}
	for at := s.length; at+sectorSize <= int64(len(file)); at += sectorSize {
		h, ok := readSector(file, id, at)
		switch {
		case missing(file, at):
		case !ok:
			return s, &damage{at, "the checksum of the sector does not match"}
		case h.frame != next:
			return s, &damage{s.length, fmt.Sprintf("frame %d is missing, but frame %d is there", next, h.frame)}
		default:
			s.torn = true
		}
	}
	return s, nil
}

// scanFrame reads the frame that starts at a byte; nil if sectors of it are
// missing.
func scanFrame(file []byte, id fileID, frame uint32, start int64) (payload []byte, end int64, err error) {
	for at := start; ; at += sectorSize {
		if missing(file, at) {
			return nil, 0, nil
		}
		h, ok := readSector(file, id, at)
		if !ok {
			return nil, 0, &damage{at, "the checksum of the sector does not match"}
		}
		if h.frame != frame {
			if at == start || h.frame < frame {
				return nil, 0, &damage{at, fmt.Sprintf("frame %d stands where frame %d should", h.frame, frame)}
			}
			return nil, 0, &damage{at, fmt.Sprintf("frame %d ends early", frame)}
		}
		payload = append(payload, file[at+sectorHeader:at+sectorHeader+int64(h.used)]...)
		if h.left == 0 {
			return payload, at + sectorSize, nil
		}
	}
}

// sectorHead is the header of a sector, without its sum.
type sectorHead struct {
	frame, left uint32
	used        uint16
}

// readSector reads the header of the sector at a byte; false if it does not
// verify.
func readSector(file []byte, id fileID, at int64) (sectorHead, bool) {
	if at+sectorSize > int64(len(file)) {
		return sectorHead{}, false
	}
	return parseSector(file[at:at+sectorSize], id, at/sectorSize)
}

// parseSector reads the header of the sector with this number; false if it does
// not verify.
func parseSector(s []byte, id fileID, number int64) (sectorHead, bool) {
	h := sectorHead{
		frame: binary.LittleEndian.Uint32(s[4:]),
		left:  binary.LittleEndian.Uint32(s[8:]),
		used:  binary.LittleEndian.Uint16(s[12:]),
	}
	ok := binary.LittleEndian.Uint32(s) == id.sum(number, s) && h.used <= sectorPayload && h.frame > 0
	return h, ok
}

// missing reports whether the sector at a byte was never written.
func missing(file []byte, at int64) bool {
	if at+sectorSize > int64(len(file)) {
		return true
	}
	for _, b := range file[at : at+sectorSize] {
		if b != 0 {
			return false
		}
	}
	return true
}
