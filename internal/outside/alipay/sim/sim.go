// Package sim is an honest Alipay for rehearsals and tests: it keeps to the
// published protocol (gateway with RSA2: precreate, pay and cancel, wap.pay, page.pay, query, close, refund, bills), checks what
// it is told, signs what it answers, keeps its own books and shows the payer a
// page. It knows nothing of the product, and the product does not know whether
// it speaks to it.
package sim

import (
	"cmp"
	"context"
	"crypto/rsa"
	"log/slog"
	"maps"
	"net/http"
	"slices"
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
	// Clock tells the time of trades, expiry, bills and repeated notifications.
	// The time of requests is held against the machine's.
	Clock clock.Clock
	Log   *slog.Logger
}

// Credentials are what a merchant has after he has opened an app with Alipay.
type Credentials struct {
	Number      string `json:"number"`      // PID of the seller, 2088…
	App         string `json:"app"`         // app_id
	PrivateKey  string `json:"private_key"` // PEM; the merchant makes it himself in the real world
	PlatformKey string `json:"-"`           // 支付宝公钥, PEM
}

// The states of a trade. A code that nobody has scanned is no trade yet.
const (
	stateCode     = "CODE"
	stateWaiting  = "WAIT_BUYER_PAY"
	statePaid     = "TRADE_SUCCESS"
	stateFinished = "TRADE_FINISHED"
	stateClosed   = "TRADE_CLOSED"
)

// trade is an order in the books.
type trade struct {
	App         string    `json:"app"`
	Seller      string    `json:"seller"`
	Number      string    `json:"number"`
	Subject     string    `json:"subject"`
	Notify      string    `json:"notify"`
	Code        string    `json:"code"`
	Return      string    `json:"return,omitempty"` // where a browser goes after paying
	Quit        string    `json:"quit,omitempty"`   // or without
	Desk        bool      `json:"desk,omitempty"`   // on the cashier page of a computer
	Total       int64     `json:"total"`            // fen
	State       string    `json:"state"`
	Transaction string    `json:"transaction,omitempty"` // once somebody has scanned
	Payer       string    `json:"payer,omitempty"`
	At          time.Time `json:"at"` // of the code, then of the scan
	Expires     time.Time `json:"expires"`
	PaidAt      time.Time `json:"paid_at"`
	ClosedAt    time.Time `json:"closed_at"`
	Refunds     []refund  `json:"refunds,omitempty"`
	Billed      int64     `json:"billed,omitempty"`    // another total in the bill, fen
	Fee         *int64    `json:"fee,omitempty"`       // another fee in the bill, fen
	Forgotten   bool      `json:"forgotten,omitempty"` // the bill lacks it
}

// paid tells whether money came, whatever became of it later.
func (t *trade) paid() bool { return !t.PaidAt.IsZero() }

// refund is money that went back.
type refund struct {
	Number string    `json:"number"` // out_request_no
	Amount int64     `json:"amount"` // fen
	At     time.Time `json:"at"`
}

func (t *trade) refunded() int64 {
	var sum int64
	for i := range t.Refunds {
		sum += t.Refunds[i].Amount
	}
	return sum
}

type books struct {
	Platform string                 `json:"platform_key"`
	Apps     map[string]Credentials `json:"apps"`   // by app_id
	Trades   map[string]*trade      `json:"trades"` // by seller/number
	Notices  []*rehearsal.Notice    `json:"notices"`
	Shown    map[string]*shown      `json:"shown,omitempty"` // payers' codes, by their digits
	Last     int64                  `json:"last"`
}

// Sim is a running Alipay.
type Sim struct {
	o        Options
	key      *rsa.PrivateKey
	partners map[string]*rsa.PublicKey // by app_id
	client   *http.Client
	wake     chan struct{}

	mu     sync.Mutex
	books  books
	faults Faults
	log    []Attempt
}

// Open reads the books at Options.Path, or begins new ones with fresh keys.
func Open(o Options) (*Sim, error) {
	s := &Sim{o: o, partners: map[string]*rsa.PublicKey{}, client: &http.Client{Timeout: 5 * time.Second, CheckRedirect: stay}, wake: make(chan struct{}, 1),
		books: books{Apps: map[string]Credentials{}, Trades: map[string]*trade{}, Shown: map[string]*shown{}}}
	if err := rehearsal.Read(o.Path, &s.books); err != nil {
		return nil, err
	}
	if s.books.Platform == "" {
		text, err := rehearsal.NewKey()
		if err != nil {
			return nil, err
		}
		s.books.Platform = text
	}
	var err error
	if s.key, err = rehearsal.PrivateKey(s.books.Platform); err != nil {
		return nil, err
	}
	for app, m := range s.books.Apps {
		k, err := rehearsal.PrivateKey(m.PrivateKey)
		if err != nil {
			return nil, err
		}
		s.partners[app] = &k.PublicKey
	}
	return s, s.save()
}

// stay does not follow: a notification is for the address it was sent to.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Enrol opens an app for the seller with this PID, or answers it again.
func (s *Sim) Enrol(number string) (Credentials, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.appOf(number)
	if !ok {
		text, err := rehearsal.NewKey()
		if err != nil {
			return m, err
		}
		k, err := rehearsal.PrivateKey(text)
		if err != nil {
			return m, err
		}
		m = Credentials{Number: number, App: "2021" + rehearsal.Digits(12), PrivateKey: text}
		s.books.Apps[m.App], s.partners[m.App] = m, &k.PublicKey
		if err := s.saved(); err != nil {
			return m, err
		}
	}
	var err error
	m.PlatformKey, err = rehearsal.PublicKey(s.key)
	return m, err
}

// appOf finds the app of a seller; the caller holds the lock.
func (s *Sim) appOf(seller string) (Credentials, bool) {
	for _, m := range s.books.Apps {
		if m.Number == seller {
			return m, true
		}
	}
	return Credentials{}, false
}

func (s *Sim) save() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.saved()
}

// saved writes the books; the caller holds the lock.
func (s *Sim) saved() error { return rehearsal.Write(s.o.Path, s.books) }

// expire closes what nobody paid in time; the caller holds the lock.
func (s *Sim) expire() {
	now := s.o.Clock.Now()
	for _, t := range s.books.Trades {
		if t.State == stateWaiting && now.After(t.Expires) {
			t.State, t.ClosedAt = stateClosed, t.Expires
		}
	}
}

// Captured is what the books hold for a seller: the sum in fen and how many.
func (s *Sim) Captured(seller string) (fen int64, trades int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.books.Trades {
		if t.Seller == seller && t.paid() {
			fen, trades = fen+t.Total, trades+1
		}
	}
	return fen, trades
}

// GivenBack is what a seller has given back: the sum in fen and how often.
func (s *Sim) GivenBack(seller string) (fen int64, refunds int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.books.Trades {
		if t.Seller == seller {
			fen, refunds = fen+t.refunded(), refunds+len(t.Refunds)
		}
	}
	return fen, refunds
}

// sorted are the trades, newest first; the caller holds the lock.
func (s *Sim) sorted() []*trade {
	return slices.SortedFunc(maps.Values(s.books.Trades), func(a, b *trade) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.Number, a.Number)) })
}

// Run delivers notifications until ctx ends.
func (s *Sim) Run(ctx context.Context) { rehearsal.Rounds(ctx, s.wake, s.Deliver) }
