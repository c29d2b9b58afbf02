package connect

import (
	"context"
	"errors"
	"hash/crc32"
	"io"
	"slices"

	"google.golang.org/grpc"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/sparkpb"
)

// upload is a file that comes in chunks.
type upload struct {
	name  string
	data  []byte
	sound bool // every CRC was right
	left  int64
}

// maxUploads bounds what a session keeps, in bytes.
const maxUploads = 1 << 30

func intact(k *sparkpb.ArtifactChunk) bool { return int64(crc32.ChecksumIEEE(k.Data)) == k.CRC }

// addArtifacts takes the files that a client uploads.
func (s *Server) addArtifacts(stream grpc.ServerStream) error {
	a := &sparkpb.AddArtifactsResponse{}
	var c *session
	for {
		q := new(sparkpb.AddArtifactsRequest)
		err := stream.RecvMsg(q)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if c == nil {
			if c, err = s.session(q.SessionID); err != nil {
				return c.fail(err)
			}
			a.SessionID, a.ServerSideSessionID = c.id, c.server
		}
		done, err := c.take(q)
		if err != nil {
			return c.fail(err)
		}
		a.Artifacts = append(a.Artifacts, done...)
	}
	return stream.SendMsg(a)
}

// take takes a piece and says which files are complete with it.
func (c *session) take(q *sparkpb.AddArtifactsRequest) ([]*sparkpb.ArtifactSummary, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var done []*sparkpb.ArtifactSummary
	end := func(u *upload) {
		if u.sound {
			c.uploads[u.name] = u.data
		}
		done = append(done, &sparkpb.ArtifactSummary{Name: u.name, IsCRCSuccessful: u.sound})
	}
	total := 0
	for _, data := range c.uploads {
		total += len(data)
	}
	if c.partial != nil {
		total += len(c.partial.data)
	}
	if total > maxUploads {
		return nil, fault.New(fault.IllegalArgument, "a session keeps uploads of %d bytes and no more", maxUploads)
	}
	switch {
	case q.Batch != nil:
		for _, f := range q.Batch.Artifacts {
			if f.Data != nil {
				end(&upload{name: f.Name, data: f.Data.Data, sound: intact(f.Data)})
			}
		}
	case q.BeginChunk != nil && q.BeginChunk.InitialChunk != nil:
		first := q.BeginChunk.InitialChunk
		c.partial = &upload{name: q.BeginChunk.Name, data: slices.Clone(first.Data), sound: intact(first), left: q.BeginChunk.NumChunks - 1}
	case q.Chunk != nil && c.partial != nil:
		c.partial.data = append(c.partial.data, q.Chunk.Data...)
		c.partial.sound = c.partial.sound && intact(q.Chunk)
		c.partial.left--
	}
	if c.partial != nil && c.partial.left <= 0 {
		end(c.partial)
		c.partial = nil
	}
	return done, nil
}

// artifactStatus says which files are there.
func (s *Server) artifactStatus(_ context.Context, q *sparkpb.ArtifactStatusesRequest) (*sparkpb.ArtifactStatusesResponse, error) {
	c, err := s.session(q.SessionID)
	if err != nil {
		return nil, c.fail(err)
	}
	a := &sparkpb.ArtifactStatusesResponse{SessionID: c.id, ServerSideSessionID: c.server, Statuses: make(map[string]*sparkpb.ArtifactStatus)}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range q.Names {
		_, there := c.uploads[name]
		a.Statuses[name] = &sparkpb.ArtifactStatus{Exists: there}
	}
	return a, nil
}
