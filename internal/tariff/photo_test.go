package tariff_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"io"
	"strings"
	"testing"

	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/tariff"
)

// A discount rests on pictures that whoever asks for it has uploaded for it,
// and on nothing else.
func TestPhotosOfADiscount(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		li, other := actor.Actor{Account: 7, Name: "李雪梅"}, actor.Actor{Account: 8, Name: "周敏"}
		item := w.item(tariff.Item{Name: "物业服务费"})
		photo := func(who actor.Actor) id.ID {
			t.Helper()
			var b bytes.Buffer
			if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
				t.Fatal(err)
			}
			p, err := w.tariff.AddPhoto(w.ctx(), who, w.project, "空房.png", &b)
			if err != nil {
				t.Fatal(err)
			}
			return p.ID
		}
		ask := func(photos ...id.ID) (d tariff.Discount, err error) {
			err = w.db.Write(w.ctx(), func(tx *db.Tx) error {
				d, err = w.tariff.AskDiscount(w.ctx(), tx, li, w.project, tariff.Discount{Item: item.ID, Scope: tariff.ToBuilding, Target: w.block,
					Kind: tariff.Percent, Keep: 7000, Since: 20260301, Reason: "整栋未入住", Photos: photos})
				return err
			})
			return d, err
		}
		first, second := photo(li), photo(li)
		d, err := ask(first, second)
		if err != nil {
			t.Fatal(err)
		}
		for no, want := range map[int]error{0: fault.ErrNotFound, 1: nil, 2: nil, 3: fault.ErrNotFound} {
			f, b, err := w.tariff.Photo(w.ctx(), w.project, d.ID, no)
			if !errors.Is(err, want) {
				t.Errorf("photo %d: %v", no, err)
			}
			if err != nil {
				continue
			}
			if all, err := io.ReadAll(f); err != nil || int64(len(all)) != b.Size || !bytes.HasPrefix(all, []byte{0xFF, 0xD8, 0xFF}) {
				t.Errorf("photo %d: %d of %d bytes, %v", no, len(all), b.Size, err)
			}
			f.Close()
		}
		if _, _, err := w.tariff.Photo(w.ctx(), w.project+1, d.ID, 1); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("a photo of another project: %v", err)
		}
		twice, fresh := photo(li), make([]id.ID, tariff.MaxPhotos+1)
		for i := range fresh {
			fresh[i] = photo(li)
		}
		for name, c := range map[string]struct {
			photos []id.ID
			want   error
		}{
			"used already":   {[]id.ID{first}, tariff.ErrPhoto},
			"twice":          {[]id.ID{twice, twice}, tariff.ErrPhoto},
			"somebody else":  {[]id.ID{photo(other)}, tariff.ErrPhoto},
			"not there":      {[]id.ID{424242}, tariff.ErrPhoto},
			"one too many":   {fresh, tariff.ErrDiscount},
			"as many as may": {fresh[1:], nil},
		} {
			if _, err := ask(c.photos...); !errors.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := w.tariff.AddPhoto(w.ctx(), li, w.project, "空房.jpg", strings.NewReader("no picture")); !errors.Is(err, file.ErrPhoto) {
			t.Errorf("no picture: %v", err)
		}
	})
}

// A vacancy is shown by a document or by a picture.
func TestAVacancyIsShown(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		item := w.item(tariff.Item{Name: "物业服务费"})
		err := w.db.Write(w.ctx(), func(tx *db.Tx) error {
			_, err := w.tariff.AskDiscount(w.ctx(), tx, w.who, w.project, tariff.Discount{Item: item.ID, Scope: tariff.ToRoom, Target: w.block,
				Kind: tariff.Vacancy, Starts: tariff.AfterMonths, Keep: 7000, Since: 20260301, Reason: "长期空置"})
			return err
		})
		if !errors.Is(err, tariff.ErrDiscount) {
			t.Errorf("a vacancy without proof: %v", err)
		}
	})
}
