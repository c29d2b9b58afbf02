package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/google/uuid"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
)

// metadata is the file of that name (S150).
type metadata struct {
	ID string `json:"id"`
}

// readMetadata returns the id of the query that a checkpoint belongs to, empty
// if the file is not there.
func readMetadata(fsys vfs.FS, dir string) (string, error) {
	name := path.Join(dir, metadataFile)
	text, err := readEntry(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var m metadata
	if err := json.Unmarshal(text, &m); err != nil {
		return "", damaged(name, "the start: it is no JSON: "+err.Error())
	}
	if _, err := uuid.Parse(m.ID); err != nil {
		return "", damaged(name, fmt.Sprintf("the id: %q is no UUID", m.ID))
	}
	return m.ID, nil
}

// settleID agrees on the id of the query: that of the file metadata, that of
// the journal, or a new one.
func settleID(fsys vfs.FS, dir, journalID, newID string, used bool) (string, error) {
	id, err := readMetadata(fsys, dir)
	if err != nil {
		return "", err
	}
	switch {
	case id != "" && journalID != "" && id != journalID:
		return "", fault.New(fault.IllegalState, "the checkpoint %s mixes two queries: its file metadata names %s and its journal "+
			"%s. Put the file back that belongs to it", dir, id, journalID)
	case id != "":
		return id, nil
	case journalID != "":
		id = journalID
	case used:
		return "", fault.New(fault.MissingMetadata, "the checkpoint %s holds batches but its file metadata is missing. Put the "+
			"file back, or give the query a new checkpoint location", dir).With("checkpointLocation", dir)
	case newID != "":
		id = newID
	default:
		fresh, err := uuid.NewRandom()
		if err != nil {
			return "", err
		}
		id = fresh.String()
	}
	text, err := marshal(metadata{ID: id})
	if err != nil {
		return "", err
	}
	return id, publishEntry(fsys, path.Join(dir, metadataFile), text)
}
