package file_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

var clerk = actor.Actor{Account: 7, Name: "李雪梅"}

func add(t *testing.T, d *db.DB, s *file.Service, project id.ID, text, name string) (blob id.ID) {
	t.Helper()
	c, err := s.Put(strings.NewReader(text), 1<<20)
	if err != nil {
		t.Fatalf("put: %v", err)
	}
	if err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
		blob, err = s.Add(t.Context(), tx, project, c, name, "roster", clerk)
		return err
	}); err != nil {
		t.Fatalf("add: %v", err)
	}
	return blob
}

func contents(t *testing.T, dir string) (names []string) {
	t.Helper()
	if err := filepath.Walk(dir, func(p string, st os.FileInfo, err error) error {
		if err == nil && !st.IsDir() {
			names = append(names, p)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return names
}

func TestUploadsComeBack(t *testing.T) {
	dbtest.Run(t, []db.Migrations{file.Migrations()}, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		dir := filepath.Join(t.TempDir(), "files")
		s, ctx := file.New(file.Deps{DB: d, Dir: dir}), t.Context()
		one := add(t, d, s, 1, "房屋清单", `C:\fakepath\资产信息.xlsx`)
		two := add(t, d, s, 2, "房屋清单", "同样的内容.xlsx")
		f, b, err := s.Open(ctx, 1, one)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(f)
		f.Close()
		if err != nil || string(got) != "房屋清单" || b.Name != "资产信息.xlsx" || b.Size != 12 || b.Kind != "roster" || b.CreatedBy != 7 || b.CreatedAt.Before(dbtest.Start()) {
			t.Errorf("opened %q %+v %v", got, b, err)
		}
		if n := contents(t, dir); len(n) != 1 || n[0] != filepath.Join(dir, b.SHA256[:2], b.SHA256) {
			t.Errorf("on disk: %v", n)
		}
		for _, c := range []struct{ project, id id.ID }{{1, two}, {2, one}, {1, 5}, {0, one}} {
			if _, _, err := s.Open(ctx, c.project, c.id); !errors.Is(err, fault.ErrNotFound) {
				t.Errorf("project %d opened upload %d: %v", c.project, c.id, err)
			}
		}
	})
}

func TestRefusedUploadsLeaveNothing(t *testing.T) {
	dbtest.Run(t, []db.Migrations{file.Migrations()}, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		dir := t.TempDir()
		s := file.New(file.Deps{DB: d, Dir: dir})
		broken := errors.New("connection lost")
		for _, c := range []struct {
			name string
			r    io.Reader
			want error
		}{
			{"too large", bytes.NewReader(make([]byte, 2049)), file.ErrTooLarge},
			{"empty", strings.NewReader(""), file.ErrEmpty},
			{"cut off", io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(broken)), broken},
		} {
			if _, err := s.Put(c.r, 2048); !errors.Is(err, c.want) {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		if _, err := s.Put(bytes.NewReader(make([]byte, 2049)), 2048); !strings.Contains(fault.As(err).Text, "超过 2 KB") {
			t.Errorf("text: %v", err)
		}
		if n := contents(t, dir); len(n) != 0 {
			t.Errorf("left behind: %v", n)
		}
		if _, err := s.Put(bytes.NewReader(make([]byte, 2048)), 2048); err != nil {
			t.Errorf("exactly the limit: %v", err)
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := s.Add(t.Context(), tx, 1, file.Content{SHA256: "../../etc/passwd", Size: 1}, "x", "roster", clerk)
			return err
		}); err == nil {
			t.Error("a path was taken for a digest")
		}
	})
}

func TestNamesAreTamed(t *testing.T) {
	dbtest.Run(t, []db.Migrations{file.Migrations()}, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		s := file.New(file.Deps{DB: d, Dir: t.TempDir()})
		for name, want := range map[string]string{
			"../../a.xlsx": "a.xlsx", "": "未命名", "..": "未命名", "a\x00b\n.csv": "ab.csv", "\u202excod.exe": "xcod.exe", "bad\xff.csv": "bad.csv",
			strings.Repeat("长", 200) + ".xlsx": strings.Repeat("长", 115) + ".xlsx",
		} {
			b, err := s.Find(t.Context(), d.Reader(t.Context()), 1, add(t, d, s, 1, "x", name))
			if err != nil || b.Name != want {
				t.Errorf("%q became %q, %v", name, b.Name, err)
			}
		}
	})
}

func TestLostContentIsNamed(t *testing.T) {
	dbtest.Run(t, []db.Migrations{file.Migrations()}, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		dir := t.TempDir()
		s, ctx := file.New(file.Deps{DB: d, Dir: dir}), t.Context()
		gone, short, flipped, fine := add(t, d, s, 1, "gone", "a"), add(t, d, s, 1, "short", "b"), add(t, d, s, 1, "flipped", "c"), add(t, d, s, 1, "fine", "d")
		if err := s.Verify(ctx, 1); err != nil {
			t.Fatalf("verify: %v", err)
		}
		path := func(x id.ID) string {
			b, err := s.Find(ctx, d.Reader(ctx), 1, x)
			if err != nil {
				t.Fatal(err)
			}
			return filepath.Join(dir, b.SHA256[:2], b.SHA256)
		}
		if err := errors.Join(os.Remove(path(gone)), os.WriteFile(path(short), []byte("sho"), 0o600), os.WriteFile(path(flipped), []byte("flopped"), 0o600)); err != nil {
			t.Fatal(err)
		}
		for _, x := range []id.ID{gone, short} {
			if _, _, err := s.Open(ctx, 1, x); !errors.Is(err, file.ErrLost) {
				t.Errorf("open: %v", err)
			}
		}
		err := s.Verify(ctx, 1)
		for _, x := range []id.ID{gone, short, flipped} {
			if err == nil || !strings.Contains(err.Error(), x.String()) {
				t.Errorf("verify does not name %d: %v", x, err)
			}
		}
		if err != nil && strings.Contains(err.Error(), fine.String()) {
			t.Errorf("verify names a sound file: %v", err)
		}
		// The same content again mends what was lost.
		add(t, d, s, 1, "flipped", "again")
		if f, _, err := s.Open(ctx, 1, flipped); err != nil {
			t.Errorf("after mending: %v", err)
		} else {
			f.Close()
		}
	})
}

func TestManyPutsOfOneContent(t *testing.T) {
	dbtest.Run(t, []db.Migrations{file.Migrations()}, func(t *testing.T, d *db.DB, now *clock.Manual) {
		dir := t.TempDir()
		s := file.New(file.Deps{DB: d, Dir: dir})
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, err := s.Put(strings.NewReader("same"), 100); err != nil {
					t.Errorf("put: %v", err)
				}
			})
		}
		wg.Wait()
		if n := contents(t, dir); len(n) != 1 {
			t.Errorf("on disk: %v", n)
		}
		stale := filepath.Join(dir, "tmp", "put-left")
		if err := os.WriteFile(stale, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		now.Set(time.Now().Add(time.Hour))
		if err := s.Sweep(); err != nil || len(contents(t, dir)) != 2 {
			t.Errorf("a draft that may still be written was swept: %v", err)
		}
		now.Set(time.Now().Add(25 * time.Hour))
		if err := s.Sweep(); err != nil || len(contents(t, dir)) != 1 {
			t.Errorf("left after sweep: %v %v", contents(t, dir), err)
		}
	})
}

func TestDiscardedUploadsAreGone(t *testing.T) {
	dbtest.Run(t, []db.Migrations{file.Migrations()}, func(t *testing.T, d *db.DB, now *clock.Manual) {
		dir := filepath.Join(t.TempDir(), "files")
		s, ctx := file.New(file.Deps{DB: d, Dir: dir}), t.Context()
		one, two := add(t, d, s, 1, "名册", "a.xlsx"), add(t, d, s, 2, "名册", "b.xlsx")
		discard := func(project, upload id.ID, fail error) {
			t.Helper()
			err := d.Write(ctx, func(tx *db.Tx) error { return errors.Join(s.Discard(ctx, tx, project, upload), fail) })
			if !errors.Is(err, fail) {
				t.Fatal(err)
			}
		}
		discard(1, one, errors.New("rolled back"))
		if _, _, err := s.Open(ctx, 1, one); err != nil {
			t.Fatalf("a discard that was rolled back took the file: %v", err)
		}
		discard(1, one, nil)
		discard(1, one, nil)
		if n := contents(t, dir); len(n) != 1 {
			t.Errorf("the other upload lost its content: %v", n)
		}
		now.Advance(48 * time.Hour)
		if err := s.Expire(ctx, "other", now.Now()); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Open(ctx, 2, two); err != nil {
			t.Errorf("another kind expired: %v", err)
		}
		if err := s.Expire(ctx, "roster", now.Now().Add(-24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Open(ctx, 2, two); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("expired upload: %v", err)
		}
		if n := contents(t, dir); len(n) != 0 {
			t.Errorf("content stayed: %v", n)
		}
	})
}
