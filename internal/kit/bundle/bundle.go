// Package bundle packs files into one file that is either whole or refused: a
// compressed tar that ends with the digests of all it holds, on request sealed
// with a password. A bundle appears under its name only when it has been
// written, read back and made durable. Kit.
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
	"io/fs"
	"os"
	"path/filepath"

	"linli/internal/kit/fault"
)

// What is wrong with a bundle.
var (
	ErrBroken   = fault.New(fault.Internal, "bundle_broken", "备份文件不完整或被改动过，不能使用，请换一份备份")
	ErrPassword = fault.New(fault.Internal, "bundle_password", "备份文件的密码不对，或文件被改动过")
	ErrSealed   = fault.New(fault.Internal, "bundle_sealed", "备份文件是加密的，请给出密码")
	ErrPlain    = fault.New(fault.Internal, "bundle_plain", "备份文件没有加密，请去掉密码再试")
	ErrExists   = fault.New(fault.Internal, "bundle_exists", "目标文件已经存在，请换一个文件名")
)

// lastEntry is the list of digests that closes a bundle.
const lastEntry = "SHA256SUMS.json"

type sum struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Writer takes the entries of a bundle.
type Writer struct {
	ctx  context.Context
	tar  *tar.Writer
	sums []sum
}

// Add writes one entry of exactly size bytes and returns its SHA-256 in hex.
func (w *Writer) Add(name string, r io.Reader, size int64) (string, error) {
	if err := w.tar.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Size: size, Mode: 0o600, Format: tar.FormatPAX}); err != nil {
		return "", fmt.Errorf("add %s: %w", name, err)
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(w.tar, h), io.LimitReader(canceled{w.ctx, r}, size))
	if err == nil && n != size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return "", fmt.Errorf("add %s: %w", name, err)
	}
	s := sum{name, size, hex.EncodeToString(h.Sum(nil))}
	w.sums = append(w.sums, s)
	return s.SHA256, nil
}

// AddFile writes the file at path as an entry and returns its SHA-256 in hex.
func (w *Writer) AddFile(name, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return "", err
	}
	return w.Add(name, f, st.Size())
}

func (w *Writer) close() error {
	list, err := json.Marshal(w.sums)
	if err != nil {
		return err
	}
	if err := w.tar.WriteHeader(&tar.Header{Name: lastEntry, Typeflag: tar.TypeReg, Size: int64(len(list)), Mode: 0o600}); err != nil {
		return err
	}
	if _, err := w.tar.Write(list); err != nil {
		return err
	}
	return w.tar.Close()
}

// canceled is a reader that ends with its context.
type canceled struct {
	ctx context.Context
	r   io.Reader
}

func (c canceled) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// Create writes a bundle of what fill adds. It reads it back before it appears
// at path; whatever goes wrong leaves nothing behind. password "" leaves it
// open. Error: ErrExists.
func Create(ctx context.Context, path, password string, fill func(*Writer) error) (err error) {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		if err != nil {
			return fmt.Errorf("create bundle: %w", err)
		}
		return ErrExists.Say("目标文件 %s 已经存在，请换一个文件名", path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".linli-bundle-*") // mode 0600
	if err != nil {
		return fmt.Errorf("create bundle: %w", err)
	}
	defer func() {
		if rerr := os.Remove(f.Name()); rerr != nil && !errors.Is(rerr, fs.ErrNotExist) {
			err = errors.Join(err, rerr)
		}
	}()
	err = write(ctx, f, password, fill)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("create bundle: %w", err)
	}
	if err := Read(ctx, f.Name(), password, func(_ string, r io.Reader) error {
		_, err := io.Copy(io.Discard, r)
		return err
	}); err != nil {
		return fmt.Errorf("read bundle back: %w", err)
	}
	// A link fails where a rename would replace a file that came meanwhile.
	if err := os.Link(f.Name(), path); err != nil {
		if _, serr := os.Lstat(path); !errors.Is(serr, fs.ErrNotExist) {
			return fmt.Errorf("create bundle: %w", err)
		}
		if err := os.Rename(f.Name(), path); err != nil {
			return fmt.Errorf("create bundle: %w", err)
		}
	}
	return SyncDir(filepath.Dir(path))
}

func write(ctx context.Context, f io.Writer, password string, fill func(*Writer) error) error {
	buffered := bufio.NewWriterSize(f, 1<<20)
	sealed, err := seal(buffered, password)
	if err != nil {
		return err
	}
	packed, err := gzip.NewWriterLevel(sealed, gzip.BestSpeed)
	if err != nil {
		return err
	}
	w := &Writer{ctx: ctx, tar: tar.NewWriter(packed)}
	if err := fill(w); err != nil {
		return err
	}
	for _, step := range []func() error{w.close, packed.Close, sealed.Close, buffered.Flush} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// SyncDir makes the names in a folder durable.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
