// Package crypt keeps personal data: fields are sealed with an AEAD, found by
// blind indexes, and shown masked. One key ring file holds every secret of an
// installation; whoever loses it loses the phone numbers, so it belongs into the
// backup. Kit.
package crypt

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"linli/internal/kit/fault"
)

// Errors of the key ring.
var (
	ErrMode   = fault.New(fault.Internal, "key_ring_mode", "密钥文件能被其他用户读写，请执行 chmod 600")
	ErrBroken = fault.New(fault.Internal, "key_ring_broken", "密钥文件读不出来，请从备份恢复")
	ErrNone   = fault.New(fault.Internal, "key_ring_missing", "没有密钥文件，请确认数据目录写对了")
	ErrSealed = fault.New(fault.Internal, "sealed_text", "这段密文不能用当前密钥解开")
)

// Ring is an opened key ring; it never changes and is safe for concurrent use.
type Ring struct {
	aead        tink.AEAD
	blind       []byte
	audit       []byte
	fingerprint string
}

// ringFile is the file: a Tink keyset for the fields, one secret from which
// all HMAC keys are derived.
type ringFile struct {
	Version int    `json:"version"`
	Keyset  []byte `json:"keyset"`
	Secret  []byte `json:"secret"`
}

const (
	secretBytes = 32
	maxRingFile = 1 << 20
	forbidden   = 0o027 // others nothing, the group may read at most
)

// Open reads the key ring at path, or makes it on first use: mode 0600, synced
// together with its folder before Open returns. An existing ring is never
// overwritten. Errors: ErrMode when other users can reach it, ErrBroken.
func Open(path string) (*Ring, error) {
	r, err := read(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return r, err
	}
	if err := create(path); err != nil {
		return nil, fmt.Errorf("create key ring: %w", err)
	}
	return read(path)
}

// Existing reads the key ring at path and makes none. Errors: ErrNone, and
// those of Open.
func Existing(path string) (*Ring, error) {
	r, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone.Say("没有密钥文件 %s，请确认数据目录写对了", path).Because(err)
	}
	return r, err
}

func read(path string) (*Ring, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open key ring: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("open key ring: %w", err)
	}
	if mode := info.Mode().Perm(); mode&forbidden != 0 {
		return nil, ErrMode.Say("密钥文件 %s 的权限是 %04o，其他用户能读写，请执行 chmod 600 %s", path, mode, path)
	}
	raw, err := io.ReadAll(io.LimitReader(f, maxRingFile))
	if err != nil {
		return nil, fmt.Errorf("read key ring: %w", err)
	}
	var file ringFile
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, ErrBroken.Say("密钥文件 %s 已损坏，请从备份恢复", path).Because(err)
	}
	if file.Version != 1 || len(file.Secret) != secretBytes {
		return nil, ErrBroken.Say("密钥文件 %s 的版本是 %d，这个程序只认识 1，请从备份恢复或升级程序", path, file.Version)
	}
	r, err := open(file)
	if err != nil {
		return nil, ErrBroken.Say("密钥文件 %s 已损坏，请从备份恢复", path).Because(err)
	}
	return r, nil
}

func open(file ringFile) (*Ring, error) {
	handle, err := insecurecleartextkeyset.Read(keyset.NewBinaryReader(bytes.NewReader(file.Keyset)))
	if err != nil {
		return nil, fmt.Errorf("read keyset: %w", err)
	}
	primitive, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("use keyset: %w", err)
	}
	keys := make([][]byte, 3)
	for i, use := range []string{"linli blind index v1", "linli audit chain v1", "linli fingerprint v1"} {
		if keys[i], err = hkdf.Key(sha256.New, file.Secret, nil, use, sha256.Size); err != nil {
			return nil, fmt.Errorf("derive key: %w", err)
		}
	}
	return &Ring{aead: primitive, blind: keys[0], audit: keys[1], fingerprint: hex.EncodeToString(keys[2][:8])}, nil
}

func create(path string) error {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return err
	}
	var ks bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewBinaryWriter(&ks)); err != nil {
		return err
	}
	file := ringFile{Version: 1, Keyset: ks.Bytes(), Secret: make([]byte, secretBytes)}
	rand.Read(file.Secret)
	raw, err := json.Marshal(file)
	if err != nil {
		return err
	}
	return writeOnce(path, raw)
}

// writeOnce puts a complete file at path or leaves the one that another
// process has put there meanwhile.
func writeOnce(path string, raw []byte) (err error) {
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, ".keyring-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if rerr := os.Remove(tmp.Name()); rerr != nil && !errors.Is(rerr, fs.ErrNotExist) {
			err = errors.Join(err, rerr)
		}
	}()
	_, err = tmp.Write(raw)
	if err == nil {
		err = tmp.Sync()
	}
	if err := errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	if err := place(tmp.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// place links instead of renaming, because a rename would replace a ring that
// is in use; file systems without links get the rename.
func place(tmp, path string) error {
	err := os.Link(tmp, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	if _, serr := os.Lstat(path); !errors.Is(serr, fs.ErrNotExist) {
		return err
	}
	return os.Rename(tmp, path)
}

// Seal encrypts a field. Aad binds the text to its place (table, column,
// project, row), so that a copied ciphertext does not open elsewhere.
func (r *Ring) Seal(plain, aad string) (string, error) {
	sealed, err := r.aead.Encrypt([]byte(plain), []byte(aad))
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	return base64.RawStdEncoding.EncodeToString(sealed), nil
}

// Open decrypts what Seal made with the same aad; anything else is ErrSealed.
func (r *Ring) Open(sealed, aad string) (string, error) {
	raw, err := base64.RawStdEncoding.Strict().DecodeString(sealed)
	if err != nil {
		return "", ErrSealed.Because(err)
	}
	plain, err := r.aead.Decrypt(raw, []byte(aad))
	if err != nil {
		return "", ErrSealed.Because(err)
	}
	return string(plain), nil
}

// Blind is the index under which a sealed value is found by exact match:
// equal only within one project and kind (phone, phone4, idno …). Project 0 is the
// installation, for login. The value comes normalised. 22 characters.
func (r *Ring) Blind(project int64, kind, value string) string {
	mac := hmac.New(sha256.New, r.blind)
	var buf []byte
	buf = binary.BigEndian.AppendUint64(buf, uint64(project))
	for _, field := range []string{kind, value} {
		buf = binary.BigEndian.AppendUint64(buf, uint64(len(field)))
		buf = append(buf, field...)
	}
	mac.Write(buf)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// AuditKey is the HMAC key of the audit chain, a copy of 32 bytes.
func (r *Ring) AuditKey() []byte { return bytes.Clone(r.audit) }

// Fingerprint names the ring without revealing it. A database remembers the
// fingerprint it was sealed with, so that a lost ring file is noticed at start
// and not replaced by a fresh one.
func (r *Ring) Fingerprint() string { return r.fingerprint }

// Token is n random bytes as URL-safe text; 16 cannot be guessed.
func Token(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
