package tariff

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// KindPhoto marks the uploads of this room: pictures that a discount rests on.
const KindPhoto = "discount"

// MaxPhotos is how many pictures a discount may carry.
const MaxPhotos = 6

// ErrPhoto refuses a picture that is not there, is somebody else's, or stands
// with another discount.
var ErrPhoto = fault.New(fault.Invalid, "discount_photo", "没有这张照片，或已用在别的优惠上，请重新选择")

// AddPhoto keeps a picture before its discount is asked for. Errors: those of
// file.KeepPhoto.
func (s *Service) AddPhoto(ctx context.Context, who actor.Actor, project id.ID, name string, r io.Reader) (file.Blob, error) {
	return s.files.KeepPhoto(ctx, who, project, KindPhoto, name, r)
}

// keepPhotos puts the pictures to a discount, in their order: only those that
// the same person uploaded for one.
func (s *Service) keepPhotos(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, d *Discount) error {
	if len(d.Photos) > MaxPhotos {
		return ErrDiscount.At("body.photo_ids", fmt.Sprintf("最多 %d 张", MaxPhotos), len(d.Photos))
	}
	for i, p := range d.Photos {
		b, err := s.files.Find(ctx, tx, project, p)
		switch {
		case errors.Is(err, fault.ErrNotFound), err == nil && (b.Kind != KindPhoto || b.CreatedBy != who.Account || slices.Contains(d.Photos[:i], p)):
			return ErrPhoto
		case err != nil:
			return err
		}
		if err := insertPhoto(ctx, tx, project, d.ID, i+1, p); err != nil {
			return err
		}
	}
	return nil
}

// Photo opens a picture of a discount by its number from 1; the caller closes
// it. Error: fault.ErrNotFound.
func (s *Service) Photo(ctx context.Context, project, discount id.ID, no int) (*os.File, file.Blob, error) {
	all, err := photosOf(ctx, s.db.Reader(ctx), project, []id.ID{discount})
	if err != nil {
		return nil, file.Blob{}, err
	}
	if list := all[discount]; no >= 1 && no <= len(list) {
		return s.files.Open(ctx, project, list[no-1])
	}
	return nil, file.Blob{}, fault.ErrNotFound
}
