package bundle

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func made(t *testing.T, password string, entries map[string][]byte) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "b")
	if err := Create(t.Context(), to, password, func(w *Writer) error {
		for name, b := range entries {
			if _, err := w.Add(name, bytes.NewReader(b), int64(len(b))); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return to
}

func TestEverySizeComesBack(t *testing.T) {
	for _, size := range []int{0, 1, segmentSize - 100, segmentSize, 3*segmentSize + 7} {
		for _, password := range []string{"", "passwort"} {
			b := make([]byte, size)
			rand.Read(b)
			got := map[string][]byte{}
			err := Read(t.Context(), made(t, password, map[string][]byte{"a/b": b, "c": nil}), password, func(name string, r io.Reader) (err error) {
				got[name], err = io.ReadAll(r)
				return err
			})
			if err != nil || !bytes.Equal(got["a/b"], b) || len(got) != 2 {
				t.Errorf("%d bytes with %q: %d entries, %v", size, password, len(got), err)
			}
		}
	}
}

// The closing list is what proves that no entry was taken out whole.
func TestEntriesMustBeThoseOfTheList(t *testing.T) {
	for what, wrong := range map[string]func(w *Writer){
		"one missing":   func(w *Writer) { w.sums = append(w.sums, sum{"b", 1, "00"}) },
		"one unlisted":  func(w *Writer) { w.sums = nil },
		"other content": func(w *Writer) { w.sums[0].SHA256 = w.sums[0].SHA256[1:] + "0" },
	} {
		to := filepath.Join(t.TempDir(), "b")
		err := Create(t.Context(), to, "", func(w *Writer) error {
			_, err := w.Add("a", bytes.NewReader([]byte("x")), 1)
			wrong(w)
			return err
		})
		if !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v", what, err)
		}
		if list, err := os.ReadDir(filepath.Dir(to)); err != nil || len(list) != 0 {
			t.Errorf("%s left %v %v", what, list, err)
		}
	}
}

func TestNamesStayInside(t *testing.T) {
	for _, name := range []string{"../a", "/a", "a/../../b"} {
		err := Create(t.Context(), filepath.Join(t.TempDir(), "b"), "", func(w *Writer) error {
			_, err := w.Add(name, bytes.NewReader([]byte("x")), 1)
			return err
		})
		if !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A taker that fails is told as itself, not as a damaged file.
func TestFailureOfTheTaker(t *testing.T) {
	full := fmt.Errorf("disk full")
	from := made(t, "", map[string][]byte{"a": bytes.Repeat([]byte("x"), 1000)})
	if err := Read(t.Context(), from, "", func(string, io.Reader) error { return full }); !errors.Is(err, full) || errors.Is(err, ErrBroken) {
		t.Errorf("got %v", err)
	}
	short := Create(t.Context(), filepath.Join(t.TempDir(), "b"), "", func(w *Writer) error {
		_, err := w.Add("a", bytes.NewReader([]byte("x")), 2)
		return err
	})
	if !errors.Is(short, io.ErrUnexpectedEOF) {
		t.Errorf("a file that shrinks: %v", short)
	}
}
