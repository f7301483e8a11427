package invoice

import (
	"context"
	"errors"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/money"
)

// What a provider may answer beside an Answer. Every other error means that
// the outcome is not known.
var (
	ErrNoRequest = errors.New("the provider has no such request")
	ErrNoPaper   = errors.New("the provider has no file for the request")
	// ErrKeys leaves the outcome open, too, and says what to mend.
	ErrKeys = errors.New("the provider does not know the key or the signature")
	// ErrBarred: the host is inside and the operator has not allowed it.
	ErrBarred = errors.New("the provider is at an address that must not be reached")
)

// Provider is the socket of what issues 数电发票: 乐企 or a vendor. It is without
// memory: the account comes with every call.
type Provider interface {
	// Check refuses an account that cannot be used: ErrSeller, naming the field.
	Check(a Account) error
	// Issue hands a request over. The same number and attempt may come again
	// and is answered alike; a refusal is about its attempt only.
	Issue(ctx context.Context, a Account, r Request) (Answer, error)
	// Query asks what became of a request. Error: ErrNoRequest.
	Query(ctx context.Context, a Account, number string) (Answer, error)
	// File reads the paper of an issued request. Error: ErrNoPaper.
	File(ctx context.Context, a Account, number string) (Paper, error)
}

// Account is how a project reaches its provider. The secret is in clear only
// here.
type Account struct {
	Host   string // https://…
	Key    string
	Secret string
}

// Party is one side of an invoice.
type Party struct {
	Name    string
	TaxNo   string
	Address string
	Phone   string
	Bank    string
	Account string
}

// Request is all that a provider needs. It is written down before it is sent
// and never changes while its outcome is not known.
type Request struct {
	Number  string // ours, for ever the same
	Attempt int    // grows only after a refusal, when the content may differ
	Red     bool
	Special bool // 增值税专用发票
	Company bool // the buyer is no natural person
	Seller  Party
	Buyer   Party
	Lines   []RequestLine
	Net     money.Fen
	Tax     money.Fen
	Gross   money.Fen
	Drawer  string
	Remark  string
	Lease   *Lease
	RedOf   string // number of the invoice that a red one takes back
	Reason  string // of a red one
}

// RequestLine is one line; on a red invoice its amounts are negative.
type RequestLine struct {
	Name   string
	Code   string // 商品和服务税收分类编码, 19 digits
	Short  string // its 简称
	Rate   int    // 1/10000
	Simple bool   // 简易计税
	Net    money.Fen
	Tax    money.Fen
	Gross  money.Fen
}

// Lease is the 特定要素 06 不动产经营租赁.
type Lease struct {
	Address string
	Place   string // 车牌号 or 房屋坐落
	From    clock.Month
	Until   clock.Month
}

// Fate is what a provider says about a request.
type Fate string

// The fates.
const (
	FatePending Fate = "pending"
	FateIssued  Fate = "issued"
	FateRefused Fate = "refused"
)

// Answer is a provider's word, signed by it.
type Answer struct {
	Fate    Fate
	Attempt int    // of a refusal
	Number  string // 20 digits
	At      time.Time
	Code    string // of a refusal, as the provider spells it
	Text    string // of a refusal, in words
}

// Paper is the file of an invoice.
type Paper struct {
	Ending string // pdf or ofd
	Body   []byte
}
