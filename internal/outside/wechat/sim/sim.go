// Package sim is an honest WeChat Pay for rehearsals and tests: it keeps to the
// published protocol (APIv3: Native, H5, JSAPI with 网页授权, 付款码; merchants alone and
// below partners; public key and certificates), checks what it is told, signs what it
// answers, keeps its own books and shows the payer a page. It knows nothing of
// the product, and the product does not know whether it speaks to it.
package sim

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/outside/rehearsal"
)

// Options say how a simulator runs.
type Options struct {
	// Path is the file it keeps its keys and books in; empty keeps them in
	// memory.
	Path string
	// Clock tells the time of trades, expiry and repeated notifications. The time
	// in signatures is always the machine's.
	Clock clock.Clock
	Log   *slog.Logger
}

// Credentials are what a merchant gets from WeChat Pay.
type Credentials struct {
	Number         string `json:"number"`
	App            string `json:"app"`
	Serial         string `json:"serial"`
	Secret         string `json:"secret"`      // of the app
	Certificate    bool   `json:"certificate"` // served with 平台证书 instead of the public key
	PrivateKey     string `json:"private_key"` // PEM; the merchant makes it himself in the real world
	PlatformSerial string `json:"-"`
	PlatformKey    string `json:"-"` // PEM
	APIKey         string `json:"api_key"`
}

// trade is an order in the books.
type trade struct {
	Merchant    string    `json:"merchant"`
	App         string    `json:"app"`
	Partner     string    `json:"partner,omitempty"` // who signs for the merchant
	SubApp      string    `json:"sub_app,omitempty"`
	Number      string    `json:"number"`
	Description string    `json:"description"`
	Attach      string    `json:"attach,omitempty"`
	Notify      string    `json:"notify"`
	Code        string    `json:"code"`
	Kind        string    `json:"kind,omitempty"` // NATIVE when empty, MWEB, JSAPI or MICROPAY
	Total       int64     `json:"total"`          // fen
	State       string    `json:"state"`          // NOTPAY SUCCESS REFUND CLOSED, of scanned ones USERPAYING PAYERROR REVOKED
	Transaction string    `json:"transaction,omitempty"`
	Payer       string    `json:"payer,omitempty"`
	At          time.Time `json:"at"`
	Expires     time.Time `json:"expires"`
	PaidAt      time.Time `json:"paid_at"`
	Refunds     []refund  `json:"refunds,omitempty"`
	Billed      int64     `json:"billed,omitempty"`    // another total in the bill, fen
	Fee         *int64    `json:"fee,omitempty"`       // another fee in the bill, fen×100
	Forgotten   bool      `json:"forgotten,omitempty"` // the bill lacks it
}

type books struct {
	Platform  string                 `json:"platform_key"`
	Serial    string                 `json:"platform_serial"`
	Merchants map[string]Credentials `json:"merchants"`
	Trades    map[string]*trade      `json:"trades"` // by merchant/number
	Notices   []*rehearsal.Notice    `json:"notices"`
	Openids   map[string]string      `json:"openids"` // the app that knows a payer by it
	Last      int64                  `json:"last"`
	Subs      map[string]sub         `json:"subs,omitempty"`  // merchants below partners
	Shown     map[string]*shown      `json:"shown,omitempty"` // codes of payers
	Certs     []certificate          `json:"certs,omitempty"`
}

// Sim is a running WeChat Pay.
type Sim struct {
	o        Options
	key      *rsa.PrivateKey
	partners map[string]*rsa.PublicKey // by merchant number
	client   *http.Client
	wake     chan struct{}

	mu     sync.Mutex
	books  books
	faults Faults
	log    []Attempt
	grants map[string]grant // by the code of the authorisation
}

// Open reads the books at Options.Path, or begins new ones with fresh keys.
func Open(o Options) (*Sim, error) {
	s := &Sim{o: o, partners: map[string]*rsa.PublicKey{}, client: &http.Client{Timeout: 5 * time.Second}, wake: make(chan struct{}, 1),
		grants: map[string]grant{}, books: books{Merchants: map[string]Credentials{}, Trades: map[string]*trade{}, Openids: map[string]string{}}}
	if err := rehearsal.Read(o.Path, &s.books); err != nil {
		return nil, err
	}
	if s.books.Platform == "" {
		text, err := rehearsal.NewKey()
		if err != nil {
			return nil, err
		}
		s.books.Platform, s.books.Serial = text, "PUB_KEY_ID_"+rehearsal.Digits(34)
	}
	var err error
	if s.key, err = rehearsal.PrivateKey(s.books.Platform); err != nil {
		return nil, err
	}
	for number, m := range s.books.Merchants {
		k, err := rehearsal.PrivateKey(m.PrivateKey)
		if err != nil {
			return nil, err
		}
		s.partners[number] = &k.PublicKey
	}
	return s, s.save()
}

// Enrol makes a merchant, or answers the one with this number again.
func (s *Sim) Enrol(number string) (Credentials, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.books.Merchants[number]
	if !ok {
		text, err := rehearsal.NewKey()
		if err != nil {
			return m, err
		}
		k, err := rehearsal.PrivateKey(text)
		if err != nil {
			return m, err
		}
		m = Credentials{Number: number, App: "wx" + strings.ToLower(random(16)), Secret: hexText(16), Serial: strings.ToUpper(hexText(20)), PrivateKey: text, APIKey: random(32)}
		s.books.Merchants[number], s.partners[number] = m, &k.PublicKey
		if err := s.saved(); err != nil {
			return m, err
		}
	}
	if m.Secret == "" { // of older books
		m.Secret = hexText(16)
		s.books.Merchants[number] = m
		if err := s.saved(); err != nil {
			return m, err
		}
	}
	m.PlatformSerial = s.books.Serial
	var err error
	m.PlatformKey, err = rehearsal.PublicKey(s.key)
	return m, err
}

func random(n int) string {
	text := ""
	for len(text) < n {
		text += rand.Text()
	}
	return text[:n]
}

func hexText(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

func (s *Sim) save() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.saved()
}

// saved writes the books; the caller holds the lock.
func (s *Sim) saved() error { return rehearsal.Write(s.o.Path, s.books) }

// open tells whether an order can be paid.
func (t *trade) open() bool { return t.State == "NOTPAY" || t.State == "USERPAYING" }

// expire closes what nobody paid in time; the caller holds the lock.
func (s *Sim) expire() {
	now := s.o.Clock.Now()
	for _, t := range s.books.Trades {
		switch {
		case !t.open() || !now.After(t.Expires):
		case t.Kind == kindScanned:
			t.State = "PAYERROR"
		default:
			t.State = "CLOSED"
		}
	}
}

// Captured is what the books hold for a merchant: the sum in fen and how many.
func (s *Sim) Captured(merchant string) (fen int64, trades int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.books.Trades {
		if t.Merchant == merchant && t.Transaction != "" {
			fen, trades = fen+t.Total, trades+1
		}
	}
	return fen, trades
}

// sorted are the trades, newest first; the caller holds the lock.
func (s *Sim) sorted() []*trade {
	return slices.SortedFunc(maps.Values(s.books.Trades), func(a, b *trade) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.Number, a.Number)) })
}

// Run delivers notifications until ctx ends.
func (s *Sim) Run(ctx context.Context) { rehearsal.Rounds(ctx, s.wake, s.Deliver) }
