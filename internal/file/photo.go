package file

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// MaxPhoto is how big a picture may be as it is uploaded, in bytes.
const MaxPhoto = 20 << 20

const (
	// maxPixels bounds what decoding may cost: the worst coding takes 12 bytes a
	// pixel and its planes beside them. The pages shrink pictures before they send.
	maxPixels    = 16_000_000
	photoQuality = 85
)

// ErrPhoto refuses what is no picture that can be kept.
var ErrPhoto = fault.New(fault.Invalid, "photo_invalid", "只能传 JPG 或 PNG 照片，请重新拍一张")

// PutPhoto is Put for a picture: what it is shows its content, never its name.
// It is drawn anew as a JPEG the right way up, so that nothing travels with it:
// no place, no camera, no script behind the picture. One at a time. Errors:
// ErrPhoto, ErrTooLarge, ErrEmpty.
func (s *Service) PutPhoto(r io.Reader) (Content, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxPhoto+1))
	switch {
	case err != nil:
		return Content{}, fmt.Errorf("read photo: %w", err)
	case len(raw) > MaxPhoto:
		return Content{}, ErrTooLarge.Say("照片超过 %s，请用普通清晰度重拍", size(MaxPhoto))
	case len(raw) == 0:
		return Content{}, ErrEmpty
	}
	s.drawing.Lock()
	defer s.drawing.Unlock()
	picture, err := decodePhoto(raw)
	if err != nil {
		return Content{}, err
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture, &jpeg.Options{Quality: photoQuality}); err != nil {
		return Content{}, fmt.Errorf("draw photo: %w", err)
	}
	return s.Put(&b, 2*MaxPhoto)
}

// KeepPhoto is PutPhoto and Add in a transaction of its own, for a picture that
// comes before what it belongs to. Errors: those of PutPhoto.
func (s *Service) KeepPhoto(ctx context.Context, who actor.Actor, project id.ID, kind, name string, r io.Reader) (Blob, error) {
	c, err := s.PutPhoto(r)
	if err != nil {
		return Blob{}, err
	}
	var b Blob
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		made, err := s.Add(ctx, tx, project, c, name, kind, who)
		if err != nil {
			return err
		}
		b, err = s.Find(ctx, tx, project, made)
		return err
	})
	return b, err
}

func decodePhoto(raw []byte) (image.Image, error) {
	config, decode := jpeg.DecodeConfig, jpeg.Decode
	switch {
	case bytes.HasPrefix(raw, []byte{0xFF, 0xD8, 0xFF}):
	case bytes.HasPrefix(raw, []byte("\x89PNG\r\n\x1a\n")):
		config, decode = png.DecodeConfig, png.Decode
	default:
		return nil, ErrPhoto
	}
	c, err := config(bytes.NewReader(raw))
	if err != nil {
		return nil, ErrPhoto.Because(err)
	}
	if c.Width < 1 || c.Height < 1 || c.Width > maxPixels/c.Height {
		return nil, ErrPhoto.Say("照片有 %d × %d 点，太大了，请用普通清晰度重拍", c.Width, c.Height)
	}
	picture, err := decode(bytes.NewReader(raw))
	if err != nil {
		return nil, ErrPhoto.Because(err)
	}
	return upright(picture, orientation(raw)), nil
}

// upright turns a picture as its orientation asks (EXIF 2.3, tag 0x0112).
func upright(p image.Image, o int) image.Image {
	if o < 2 || o > 8 {
		return p
	}
	b := p.Bounds()
	w, h := b.Dx(), b.Dy()
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if o > 4 {
		out = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			tx, ty := x, y
			switch o {
			case 2:
				tx = w - 1 - x
			case 3:
				tx, ty = w-1-x, h-1-y
			case 4:
				ty = h - 1 - y
			case 5:
				tx, ty = y, x
			case 6:
				tx, ty = h-1-y, x
			case 7:
				tx, ty = h-1-y, w-1-x
			case 8:
				tx, ty = y, w-1-x
			}
			out.Set(tx, ty, p.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return out
}

// orientation reads which way a camera was held, 1 when it does not say.
func orientation(raw []byte) int {
	for at := 2; at+4 <= len(raw) && raw[at] == 0xFF; {
		n := int(binary.BigEndian.Uint16(raw[at+2:]))
		if n < 2 || at+2+n > len(raw) || raw[at+1] == 0xDA {
			return 1
		}
		if body := raw[at+4 : at+2+n]; raw[at+1] == 0xE1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return exifOrientation(body[6:])
		}
		at += 2 + n
	}
	return 1
}

func exifOrientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if tiff[0] == 'M' {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	count := int64(order.Uint16(tiff[at:]))
	for i := range count {
		entry := at + 2 + 12*i
		if entry+12 > int64(len(tiff)) {
			return 1
		}
		if order.Uint16(tiff[entry:]) == 0x0112 {
			return int(order.Uint16(tiff[entry+8:]))
		}
	}
	return 1
}
