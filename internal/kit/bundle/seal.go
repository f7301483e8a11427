package bundle

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"io"

	"github.com/tink-crypto/tink-go/v2/streamingaead/subtle"
	"golang.org/x/crypto/argon2"
)

// A sealed bundle is the mark, a salt, and then segments of 1 MiB under
// AES-256-GCM, each bound to its place, with a key by argon2id from the
// password (64 MiB, 3 passes: RFC 9106, second recommended option with one lane).
const (
	mark        = "linli-sealed-1\n"
	saltLen     = 16
	keyLen      = 32
	kdfPasses   = 3
	kdfMemory   = 64 << 10 // KiB
	segmentSize = 1 << 20
)

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func cipher(password string, salt []byte) (*subtle.AESGCMHKDF, error) {
	key := argon2.IDKey([]byte(password), salt, kdfPasses, kdfMemory, 1, keyLen)
	return subtle.NewAESGCMHKDF(key, "SHA256", keyLen, segmentSize, 0)
}

func seal(w io.Writer, password string) (io.WriteCloser, error) {
	if password == "" {
		return nopCloser{w}, nil
	}
	salt := make([]byte, saltLen)
	rand.Read(salt)
	c, err := cipher(password, salt)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(append([]byte(mark), salt...)); err != nil {
		return nil, err
	}
	return c.NewEncryptingWriter(w, []byte(mark))
}

func unseal(r *bufio.Reader, password string) (io.Reader, error) {
	head, err := r.Peek(len(mark))
	sealed := err == nil && bytes.Equal(head, []byte(mark))
	switch {
	case !sealed && password == "":
		return r, nil
	case !sealed:
		return nil, ErrPlain
	case password == "":
		return nil, ErrSealed
	}
	start := make([]byte, len(mark)+saltLen)
	if _, err := io.ReadFull(r, start); err != nil {
		return nil, ErrBroken.Because(err)
	}
	c, err := cipher(password, start[len(mark):])
	if err != nil {
		return nil, err
	}
	plain, err := c.NewDecryptingReader(r, []byte(mark))
	if err != nil {
		return nil, ErrPassword.Because(err)
	}
	return plain, nil
}
