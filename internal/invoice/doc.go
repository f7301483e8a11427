package invoice

import (
	"fmt"
	"strings"
	"time"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// Kind says whether an invoice gives or takes back.
type Kind string

// The kinds. Amounts of a red invoice are negative.
const (
	Blue Kind = "blue"
	Red  Kind = "red"
)

// State is where an invoice stands.
type State string

// The states. A failed one was refused by the provider and surely not issued;
// while it is issuing nobody knows, and the provider is asked again.
const (
	Asked     State = "asked"
	Issuing   State = "issuing"
	Issued    State = "issued"
	Failed    State = "failed"
	Cancelled State = "cancelled"
	Reversed  State = "reversed" // issued, and taken back by an issued red one
)

// Name is the state in words.
func (s State) Name() string {
	return map[State]string{Asked: "待开票", Issuing: "开票中", Issued: "已开票", Failed: "开票失败", Cancelled: "已撤销", Reversed: "已红冲"}[s]
}

// Line is one line of an invoice; Gross = Net + Tax.
type Line struct {
	Item   id.ID
	Name   string
	Code   string
	Short  string
	Rate   int // 1/10000
	Simple bool
	Net    money.Fen
	Tax    money.Fen
	Gross  money.Fen
}

// Cover is what an invoice takes of one line of a receipt.
type Cover struct {
	Receipt id.ID
	Number  string
	Charge  id.ID
	Amount  money.Fen // above zero
}

// Invoice is an application and what became of it. Gross = the lines = the
// covers; a red one has no covers.
type Invoice struct {
	ID          id.ID
	Kind        Kind
	State       State
	Special     bool
	Payer       id.ID // 0 while the room has no payer on file
	PayerName   string
	Room        id.ID
	RoomLabel   string
	Company     bool
	Buyer       Party
	Net         money.Fen
	Tax         money.Fen
	Gross       money.Fen
	Place       string // 车牌号 or 房屋坐落 of a lease
	From, Until clock.Month
	Remark      string
	Number      string // 20 digits, once issued
	IssuedAt    time.Time
	IssuedOn    clock.Date
	File        id.ID  // 0 while the provider has not delivered it
	Reason      string // of a failure, or what is waited for
	AskedBy     id.ID
	Asker       string
	AskedAt     time.Time
	DoneBy      id.ID // who had it issued or cancelled
	Doer        string
	RedOf       id.ID
	RedOfNumber string
	RedReason   string
	RedBy       id.ID // the red one of this, if it is under way or issued
	RedByNumber string
	Lines       []Line
	Covers      []Cover

	request string // as it was or will be sent
	sent    bool   // the provider may have it
	round   int    // of attempts; older ones are not listened to
	tries   int
}

// requestNumber is what the provider knows an invoice by, for ever.
func (v *Invoice) requestNumber() string { return fmt.Sprintf("FP%d", int64(v.ID)) }

// lease reports whether the lines need an invoice of their own kind.
func (v *Invoice) lease() bool { return v.From != 0 }

// sum adds the lines up.
func (v *Invoice) sum() {
	v.Net, v.Tax, v.Gross = 0, 0, 0
	for _, l := range v.Lines {
		v.Net, v.Tax, v.Gross = v.Net+l.Net, v.Tax+l.Tax, v.Gross+l.Gross
	}
}

func (v *Invoice) what() string {
	if v.Kind == Red {
		return "红字发票"
	}
	return "发票"
}

func (s *Service) record(tx *db.Tx, who actor.Actor, project id.ID, v *Invoice, action, verb string, before any) {
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: action, Kind: "invoice", Subject: v.ID, Person: v.Payer,
		Summary: strings.Join(strings.Fields(fmt.Sprintf("%s%s：%s %s 元 %s %s", verb, v.what(), v.Buyer.Name, v.Gross.Comma(), v.Number, v.RedReason)), " "),
		Before:  before, After: v.facts()})
}

func (v *Invoice) facts() map[string]any {
	return map[string]any{"state": v.State, "buyer": v.Buyer.Name, "tax_no": v.Buyer.TaxNo, "net": v.Net, "tax": v.Tax, "gross": v.Gross,
		"number": v.Number, "room": v.RoomLabel, "reason": v.Reason, "red_of": v.RedOfNumber, "red_reason": v.RedReason}
}
