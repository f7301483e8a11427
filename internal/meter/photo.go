package meter

import (
	"context"
	"errors"
	"io"
	"os"

	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// KindPhoto marks the uploads of this room: pictures of dials.
const KindPhoto = "reading"

// AddPhoto keeps a picture of a dial before its reading is entered. Errors:
// those of file.KeepPhoto.
func (s *Service) AddPhoto(ctx context.Context, who actor.Actor, project id.ID, name string, r io.Reader) (file.Blob, error) {
	return s.files.KeepPhoto(ctx, who, project, KindPhoto, name, r)
}

// checkPhoto lets a reading carry only a picture of this room that the same
// person has uploaded; the table lets it stand on one reading.
func (s *Service) checkPhoto(ctx context.Context, q db.Q, who actor.Actor, project, photo id.ID) error {
	if photo == 0 {
		return nil
	}
	b, err := s.files.Find(ctx, q, project, photo)
	if errors.Is(err, fault.ErrNotFound) || err == nil && (b.Kind != KindPhoto || b.CreatedBy != who.Account) {
		return ErrPhoto
	}
	return err
}

// Photo opens the picture of a reading; the caller closes it. Error:
// fault.ErrNotFound.
func (s *Service) Photo(ctx context.Context, project, reading id.ID) (*os.File, file.Blob, error) {
	r, err := oneReading(ctx, s.db.Reader(ctx), project, reading)
	if err != nil {
		return nil, file.Blob{}, err
	}
	return s.files.Open(ctx, project, r.Photo)
}
