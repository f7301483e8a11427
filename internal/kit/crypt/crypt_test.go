package crypt

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"linli/internal/kit/fault"
)

func ring(t testing.TB) (*Ring, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys.json")
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return r, path
}

func code(err error) string {
	if f := fault.As(err); f != nil {
		return f.Code
	}
	return ""
}

func TestRingSurvivesReopening(t *testing.T) {
	a, path := ring(t)
	sealed, err := a.Seal("13800138000", "person 1")
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := b.Open(sealed, "person 1"); err != nil || plain != "13800138000" {
		t.Errorf("%q %v", plain, err)
	}
	if a.Blind(1, "phone", "x") != b.Blind(1, "phone", "x") || string(a.AuditKey()) != string(b.AuditKey()) || a.Fingerprint() != b.Fingerprint() {
		t.Error("derived keys changed")
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	raw, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(raw), base64.StdEncoding.EncodeToString(a.AuditKey())) {
		t.Error("the file holds a derived key")
	}
}

func TestRingRefuses(t *testing.T) {
	_, path := ring(t)
	for mode, want := range map[os.FileMode]string{0o604: ErrMode.Code, 0o644: ErrMode.Code, 0o660: ErrMode.Code, 0o600: "", 0o440: "", 0o400: ""} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := Open(path)
		if code(err) != want || want != "" && !strings.Contains(fault.As(err).Text, "chmod 600 "+path) {
			t.Errorf("%o: %v", mode, err)
		}
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{"empty": "", "cut": string(good[:len(good)/2]), "NUL": "\x00\x00\x00", "version": `{"version":2}`, "no keyset": strings.Replace(string(good), `"keyset":"C`, `"keyset":"D`, 1)} {
		other := filepath.Join(t.TempDir(), "k")
		if err := os.WriteFile(other, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(other); code(err) != ErrBroken.Code {
			t.Errorf("%s: %v", name, err)
		}
		if now, _ := os.ReadFile(other); string(now) != body {
			t.Errorf("%s: the file was replaced", name)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "no", "such", "k")); err == nil {
		t.Error("created in a folder that does not exist")
	}
}

func TestRingMadeOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "k")
	prints := make([]string, 8)
	var wg sync.WaitGroup
	for i := range prints {
		wg.Go(func() {
			r, err := Open(path)
			if err != nil {
				t.Error(err)
				return
			}
			prints[i] = r.Fingerprint()
		})
	}
	wg.Wait()
	for _, p := range prints {
		if p != prints[0] {
			t.Fatalf("several rings: %v", prints)
		}
	}
}

func TestSealBindsToItsPlace(t *testing.T) {
	r, _ := ring(t)
	other, _ := ring(t)
	rapid.Check(t, func(rt *rapid.T) {
		plain, aad := rapid.String().Draw(rt, "plain"), rapid.String().Draw(rt, "aad")
		sealed, err := r.Seal(plain, aad)
		if err != nil {
			rt.Fatal(err)
		}
		if got, err := r.Open(sealed, aad); err != nil || got != plain {
			rt.Fatalf("%q %v", got, err)
		}
		if _, err := r.Open(sealed, aad+"x"); code(err) != ErrSealed.Code {
			rt.Fatalf("other place: %v", err)
		}
		if _, err := other.Open(sealed, aad); code(err) != ErrSealed.Code {
			rt.Fatalf("other ring: %v", err)
		}
		raw, _ := base64.RawStdEncoding.DecodeString(sealed)
		raw[rapid.IntRange(0, len(raw)-1).Draw(rt, "at")] ^= 1
		if _, err := r.Open(base64.RawStdEncoding.EncodeToString(raw), aad); code(err) != ErrSealed.Code {
			rt.Fatalf("one bit: %v", err)
		}
		if again, _ := r.Seal(plain, aad); again == sealed {
			rt.Fatal("the same text sealed twice looks the same")
		}
	})
	for _, s := range []string{"", "x", "%%%"} {
		if _, err := r.Open(s, ""); code(err) != ErrSealed.Code {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// Moving characters over a boundary never gives the same index (bad input G28).
func TestG28BlindIsUnambiguous(t *testing.T) {
	r, _ := ring(t)
	seen := map[string]string{}
	for _, c := range []struct {
		project     int64
		kind, value string
	}{{1, "phone", "138"}, {1, "phone1", "38"}, {1, "phon", "e138"}, {1, "", "phone138"}, {1, "phone138", ""}, {0, "phone", "138"}, {2, "phone", "138"}, {1, "idno", "138"}, {-1, "phone", "138"}} {
		b := r.Blind(c.project, c.kind, c.value)
		if len(b) != 22 || strings.ContainsAny(b, "+/=") {
			t.Errorf("%q", b)
		}
		if old, ok := seen[b]; ok {
			t.Errorf("%+v and %s meet", c, old)
		}
		seen[b] = c.kind + c.value
	}
	other, _ := ring(t)
	if r.Blind(1, "phone", "138") == other.Blind(1, "phone", "138") {
		t.Error("two rings agree")
	}
	key := r.AuditKey()
	key[0] ^= 1
	if string(key) == string(r.AuditKey()) || len(key) != 32 {
		t.Error("the audit key is not a copy")
	}
}

func TestToken(t *testing.T) {
	if a, b := Token(16), Token(16); a == b || len(a) != 22 || strings.ContainsAny(a, "+/=") {
		t.Errorf("%q %q", a, b)
	}
}
