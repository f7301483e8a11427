// Package drive lets people work on the real binary for a while: cashiers,
// payers with telephones and codes on paper, somebody who charges months, while
// the server is killed again and again, both channels misbehave and the network
// between all of them is bad. Then a day passes on which no notification comes,
// and the next morning reconciles. It writes down what each of them was told,
// and holds that against the books. Top; only cmd/drive and tests use it.
package drive

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// Deed is what an entry is about.
type Deed string

// The deeds. Commands have a key; the others tell what happened around them.
const (
	TakeReceipt  Deed = "receipt"
	TakeDeposit  Deed = "deposit"
	VoidReceipt  Deed = "void"
	CountShift   Deed = "shift-count"
	CloseShift   Deed = "shift-close"
	OpenOrder    Deed = "order"
	PayByCode    Deed = "paycode" // an order by a resident's own code, without login
	CancelOrder  Deed = "cancel"
	CancelByCode Deed = "paycode-cancel" // by the payer, without login
	AskRefund    Deed = "refund-ask"
	DecideRefund Deed = "refund-decide"
	PayRefund    Deed = "refund-pay"
	StartRun     Deed = "run"
	ReleaseRun   Deed = "release"
	WithdrawRun  Deed = "withdraw"

	Began     Deed = "began"     // a project there is
	Merchant  Deed = "merchant"  // of a project with a channel
	Killed    Deed = "killed"    // the server, by kill -9
	Network   Deed = "network"   // Note says how bad it is from now on
	Pressed   Deed = "pressed"   // a payer has pressed the button; ID and Number are the order's
	Silent    Deed = "silent"    // from now on no notification comes and no query helps
	Altered   Deed = "altered"   // the channel's books or bill were changed on purpose; Note is the difference to be found
	Evening   Deed = "evening"   // everybody has gone home; Note is where the channels reach the server
	Captured  Deed = "captured"  // the channel's own books: Number and Transaction, Got is what it took
	Reversed  Deed = "reversed"  // the channel's own books: a payment that was taken back at once, as if it had never been
	GivenBack Deed = "givenback" // the channel's own books: Number is the refund's, Got what went back of Transaction, State whether
	Ended     Deed = "ended"     // the next morning is over; At is its time
)

// Entry is one line of the journal. A command has one line when it is sent and
// one when it is answered; what was never answered has only the first.
type Entry struct {
	At      time.Time `json:"at"`
	Who     string    `json:"who,omitempty"`
	Deed    Deed      `json:"deed"`
	Project id.ID     `json:"project,omitempty"`
	Channel string    `json:"channel,omitempty"`
	Key     string    `json:"key,omitempty"`
	Subject id.ID     `json:"subject,omitempty"` // the room, receipt, refund, order or run it is about
	Amount  money.Fen `json:"amount,omitempty"`  // asked for

	Answered bool      `json:"answered,omitempty"`
	Status   int       `json:"status,omitempty"` // 0: nobody knows
	Replay   bool      `json:"replay,omitempty"`
	ID       id.ID     `json:"id,omitempty"`
	Number   string    `json:"number,omitempty"`
	Got      money.Fen `json:"got,omitempty"`
	State    string    `json:"state,omitempty"`
	Version  int       `json:"version,omitempty"`

	Transaction string `json:"transaction,omitempty"`
	Merchant    string `json:"merchant,omitempty"`
	Day         string `json:"day,omitempty"` // of the channel, in Asia/Shanghai
	Note        string `json:"note,omitempty"`
}

// known reports whether the answer says for certain what was done.
func (e *Entry) known() bool { return e.Answered && e.Status != 0 && e.Status < 500 }

// Journal writes entries as they happen. Safe for concurrent use.
type Journal struct {
	mu  sync.Mutex
	w   io.Writer
	err error
}

// NewJournal writes to w, one line for each entry.
func NewJournal(w io.Writer) *Journal { return &Journal{w: w} }

func (j *Journal) write(e Entry) {
	e.At = time.Now()
	b, err := json.Marshal(e)
	j.mu.Lock()
	defer j.mu.Unlock()
	if err == nil {
		_, err = j.w.Write(append(b, '\n'))
	}
	j.err = errors.Join(j.err, err)
}

// Err is what went wrong while writing.
func (j *Journal) Err() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.err
}

// ReadJournal reads a whole journal.
func ReadJournal(r io.Reader) ([]Entry, error) {
	var out []Entry
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e Entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("read journal, line %d: %w", len(out)+1, err)
		}
		out = append(out, e)
	}
	return out, lines.Err()
}
