package bundle

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// maxSums bounds the list of digests, about a million entries.
const maxSums = 256 << 20

// Read hands every entry to take, in order, and then proves that all of them
// are what was written and none is missing: only a nil error means that what
// was taken is good. Errors: ErrBroken, ErrPassword, ErrSealed, ErrPlain.
func Read(ctx context.Context, path, password string, take func(name string, r io.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open bundle: %w", err)
	}
	defer f.Close()
	whole := bufio.NewReaderSize(canceled{ctx, f}, 1<<20)
	opened, err := unseal(whole, password)
	if err != nil {
		return err
	}
	plain := bufio.NewReader(opened)
	packed, err := gzip.NewReader(plain)
	if err != nil {
		return broken(ctx, password, err)
	}
	packed.Multistream(false)
	source := &watched{r: packed}
	var taken error
	err = readEntries(source, func(name string, r io.Reader) error {
		taken = take(name, r)
		return taken
	})
	if taken != nil && source.err == nil {
		return taken // the file is not to blame
	}
	if err != nil {
		return broken(ctx, password, err)
	}
	if _, err := io.Copy(io.Discard, packed); err != nil { // to the checksum
		return broken(ctx, password, err)
	}
	if _, err := plain.ReadByte(); !errors.Is(err, io.EOF) {
		return broken(ctx, password, fmt.Errorf("something stands behind the end: %w", err))
	}
	return nil
}

// watched remembers how reading the file itself failed.
type watched struct {
	r   io.Reader
	err error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n, err
}

func broken(ctx context.Context, password string, cause error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if password != "" {
		return ErrPassword.Because(cause)
	}
	return ErrBroken.Because(cause)
}

func readEntries(r io.Reader, take func(string, io.Reader) error) error {
	t := tar.NewReader(r)
	var sums []sum
	seen := map[string]bool{}
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return errors.New("the list of digests is missing")
		}
		if err != nil {
			return err
		}
		if h.Typeflag != tar.TypeReg || !filepath.IsLocal(h.Name) || seen[h.Name] {
			return fmt.Errorf("entry %q does not belong here", h.Name)
		}
		if h.Name == lastEntry {
			return checkSums(t, sums)
		}
		seen[h.Name] = true
		d := sha256.New()
		if err := take(h.Name, io.TeeReader(t, d)); err != nil {
			return err
		}
		sums = append(sums, sum{h.Name, h.Size, hex.EncodeToString(d.Sum(nil))})
	}
}

// checkSums compares what was read with the list at the end.
func checkSums(t *tar.Reader, read []sum) error {
	raw, err := io.ReadAll(io.LimitReader(t, maxSums))
	if err != nil {
		return err
	}
	var listed []sum
	if err := json.Unmarshal(raw, &listed); err != nil {
		return err
	}
	if !slices.Equal(read, listed) {
		return errors.New("entries are not those of the list of digests")
	}
	if _, err := t.Next(); !errors.Is(err, io.EOF) {
		return errors.New("something stands behind the list of digests")
	}
	return nil
}
