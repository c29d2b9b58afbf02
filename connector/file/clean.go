package file

import (
	"errors"
	"io/fs"
	"path"
)

// clean removes or archives files whose batch was committed. It does what it
// can: a file that stays is not read again, since the log knows it.
func (s *Source) clean(files []found) {
	for _, f := range files {
		var err error
		switch s.options.Cleaning.Mode {
		case CleanOff:
			return
		case CleanDelete:
			err = s.content.fs.Remove(f.path)
		case CleanArchive:
			err = s.archive(f.path)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) && s.content.env.Warn != nil {
			s.content.env.Warn.Warn("a file that was read stays in the source directory", "path", f.path, "error", err)
		}
	}
}

// archive moves a file below the archive directory, under its whole path.
func (s *Source) archive(p string) error {
	to := path.Join(s.options.Cleaning.ArchiveDir, p)
	if err := s.content.fs.MkdirAll(path.Dir(to)); err != nil {
		return err
	}
	return s.content.fs.Rename(p, to)
}
