package file_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"linli/internal/file"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"

	"linli/internal/kit/actor"
)

// halves is red above blue, 40 wide and 20 high.
func halves() image.Image {
	p := image.NewRGBA(image.Rect(0, 0, 40, 20))
	for y := range 20 {
		for x := range 40 {
			c := color.RGBA{255, 0, 0, 255}
			if y >= 10 {
				c = color.RGBA{0, 0, 255, 255}
			}
			p.Set(x, y, c)
		}
	}
	return p
}

// camera is a JPEG with an APP1 as a camera writes it: a place, and how it was
// held.
func camera(t *testing.T, orientation uint16) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, halves(), nil); err != nil {
		t.Fatal(err)
	}
	exif := []byte("Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00")
	exif = binary.LittleEndian.AppendUint16(exif, 0x0112)
	exif = append(exif, 3, 0, 1, 0, 0, 0)
	exif = binary.LittleEndian.AppendUint16(exif, orientation)
	exif = append(exif, "\x00\x00\x00\x00\x00\x00GPS 30.27N 120.15E"...)
	app1 := append([]byte{0xFF, 0xE1, 0, byte(len(exif) + 2)}, exif...)
	return append(append([]byte{0xFF, 0xD8}, app1...), b.Bytes()[2:]...)
}

func TestPhotosAreDrawnAnew(t *testing.T) {
	dbtest.Run(t, []db.Migrations{file.Migrations()}, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		s := file.New(file.Deps{DB: d, Dir: t.TempDir()})
		var flat bytes.Buffer
		if err := png.Encode(&flat, halves()); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			raw  []byte
			size image.Point
		}{"held upright": {camera(t, 1), image.Pt(40, 20)}, "held sideways": {camera(t, 6), image.Pt(20, 40)}, "png": {flat.Bytes(), image.Pt(40, 20)}} {
			content, err := s.PutPhoto(bytes.NewReader(c.raw))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			var made id.ID
			if err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
				made, err = s.Add(t.Context(), tx, 7, content, "表盘.jpg", "reading", actor.System("测试"))
				return err
			}); err != nil {
				t.Fatal(err)
			}
			f, _, err := s.Open(t.Context(), 7, made)
			if err != nil {
				t.Fatal(err)
			}
			var kept bytes.Buffer
			if _, err := kept.ReadFrom(f); err != nil {
				t.Fatal(err)
			}
			f.Close()
			p, err := jpeg.Decode(bytes.NewReader(kept.Bytes()))
			if err != nil || p.Bounds().Size() != c.size {
				t.Errorf("%s: %v %v", name, p.Bounds(), err)
			}
			if bytes.Contains(kept.Bytes(), []byte("GPS")) || bytes.Contains(kept.Bytes(), []byte("Exif")) {
				t.Errorf("%s: it still tells where it was taken", name)
			}
			if r, _, b, _ := p.At(c.size.X-2, 2).RGBA(); name == "held sideways" && r < b {
				t.Errorf("%s: it lies on its side", name)
			}
		}
	})
}

func TestWhatIsNoPhotoIsRefused(t *testing.T) {
	dbtest.Run(t, []db.Migrations{file.Migrations()}, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		s := file.New(file.Deps{DB: d, Dir: t.TempDir()})
		var huge bytes.Buffer
		if err := png.Encode(&huge, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
			t.Fatal(err)
		}
		// The header says 65,535 × 65,535 (bad input D3).
		header := bytes.Clone(huge.Bytes())
		copy(header[16:24], "\x00\x00\xff\xff\x00\x00\xff\xff")
		for name, raw := range map[string][]byte{"html": []byte("<html><script>alert(1)</script>"), "svg": []byte("<svg onload='x'/>"),
			"cut off": camera(t, 1)[:200], "65,535 × 65,535": header} {
			if _, err := s.PutPhoto(bytes.NewReader(raw)); !errors.Is(err, file.ErrPhoto) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := s.PutPhoto(bytes.NewReader(nil)); !errors.Is(err, file.ErrEmpty) {
			t.Errorf("empty: %v", err)
		}
		if _, err := s.PutPhoto(bytes.NewReader(make([]byte, file.MaxPhoto+1))); !errors.Is(err, file.ErrTooLarge) {
			t.Errorf("too large: %v", err)
		}
	})
}
