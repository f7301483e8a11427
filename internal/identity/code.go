package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/notify"
)

// Limits of the codes that prove an address. A code is guessed with a chance of
// 5 in 1,000,000, and of 25 in a day.
const (
	codeFor     = 10 * time.Minute
	codeTries   = 5
	askPause    = time.Minute    // between two codes for a forgotten password of a login, or to a phone
	askWindow   = 24 * time.Hour // in which the numbers below are counted
	loginAsks   = 5
	addressAsks = 10
	clientAsks  = 50 // from one network address: a company may have only one
)

// What a code is for.
const (
	toRecover = "recover"
	toContact = "contact"
)

// settingCodes is the row that serialises asking, so that what is asked at the
// same time cannot share one count.
const settingCodes = "codes"

// ErrOften refuses one code too many.
var ErrOften = fault.New(fault.TooMany, "code_often", "验证码要得太频繁，一分钟只能发一次，一天最多 5 次，请稍后再试或请管理员重置密码")

// codeRow is a code that was asked for; account 0 is a login that may not exist.
type codeRow struct {
	id      id.ID
	purpose string
	token   string // digest of what the asker holds
	login   string // attemptKey
	account id.ID
	channel string
	sealed  string
	mask    string
	blind   string
	code    string // keyed digest
	tries   int
	used    bool
	client  string // network address of the asker
	created time.Time
	expires time.Time
}

// newCode is six digits.
func newCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // crypto/rand never fails
	}
	return fmt.Sprintf("%06d", n)
}

func (s *Service) codeDigest(row id.ID, code string) string {
	return s.ring.Blind(int64(row), "code", strings.ReplaceAll(strings.TrimSpace(code), " ", ""))
}

func (s *Service) sameCode(row codeRow, code string) bool {
	return subtle.ConstantTimeCompare([]byte(row.code), []byte(s.codeDigest(row.id, code))) == 1
}

// mayAsk holds the limits per login and network address, which are the same
// whether or not the login exists; it serialises those who ask.
func (s *Service) mayAsk(ctx context.Context, tx *db.Tx, row codeRow) error {
	if err := putSetting(ctx, tx, settingCodes, ""); err != nil {
		return err
	}
	since := tx.Now().Add(-askWindow)
	n, last, err := askedSince(ctx, tx, "login", row.login, toRecover, since)
	if err != nil {
		return err
	}
	if n >= loginAsks || row.purpose == toRecover && tx.Now().Sub(last) < askPause {
		return ErrOften
	}
	if n, _, err = askedSince(ctx, tx, "client", row.client, "", since); err != nil {
		return err
	}
	if n >= clientAsks {
		return ErrOften
	}
	return nil
}

// tooOften holds the limits of one phone or mail, which several accounts may
// share; what goes to a phone costs money and disturbs.
func (s *Service) tooOften(ctx context.Context, tx *db.Tx, to Contact) (bool, error) {
	n, last, err := askedSince(ctx, tx, "blind", to.blind, "", tx.Now().Add(-askWindow))
	return n >= addressAsks || to.Channel == notify.SMS && n > 0 && tx.Now().Sub(last) < askPause, err
}

// chargeCode counts a try before the code is looked at, so that guesses made at
// the same time cannot share one count. A code that is over, or that never was,
// is the zero codeRow, which no code fits.
func (s *Service) chargeCode(ctx context.Context, find func(q db.Q) (codeRow, error)) (row codeRow, left int, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if row, err = find(tx); err != nil {
			return err
		}
		may, err := countTry(ctx, tx, row.id)
		if err != nil {
			return err
		}
		if left = codeTries - row.tries - 1; !may {
			row, left = codeRow{}, 0
		}
		return nil
	})
	if err != nil {
		return codeRow{}, 0, fmt.Errorf("count try: %w", err)
	}
	return row, max(left, 0), nil
}

// wrongCode is the refusal with the tries that are left.
func wrongCode(e *fault.Error, left int) error {
	if left > 0 {
		e = e.Say("验证码不对，还可试 %d 次", left)
	}
	return e.At("body.code", e.Text, nil)
}

// sender is the project whose accounts codes are sent by, and the channels it
// has in use; none while nobody has chosen one.
func (s *Service) sender(ctx context.Context, q db.Q) (id.ID, []string, error) {
	policy, err := s.Policy(ctx, q)
	if err != nil || policy.Sender == 0 || s.notify == nil {
		return 0, nil, err
	}
	ways, err := s.notify.Ways(ctx, q, policy.Sender)
	return policy.Sender, slices.DeleteFunc(ways, func(way string) bool { return !has(channels(), way) }), err
}

// draft is a message to an address of an account.
func (s *Service) draft(ctx context.Context, q db.Q, a Account, c Contact, kind, dedupe string) (notify.Draft, error) {
	to, err := s.ring.Open(c.sealed, contactPlace(a.ID, c.Channel))
	if err != nil {
		return notify.Draft{}, fmt.Errorf("open address: %w", err)
	}
	company, err := s.Company(ctx, q)
	return notify.Draft{Kind: kind, Dedupe: dedupe, Person: a.ID, PersonName: a.Name, Addresses: []notify.Address{{Channel: c.Channel, To: to}},
		Words: notify.Words{"姓名": a.Name, "公司": company, "账号": a.Login}}, err
}

// sendCode puts a code into the outbox of tx. Error: ErrNoSender.
func (s *Service) sendCode(ctx context.Context, tx *db.Tx, a Account, to Contact, row codeRow, code, purpose string) error {
	project, ways, err := s.sender(ctx, tx)
	if err != nil {
		return err
	}
	if !has(ways, to.Channel) {
		return ErrNoSender
	}
	d, err := s.draft(ctx, tx, a, to, notify.KindCode, "code/"+row.id.String())
	if err != nil {
		return err
	}
	d.Words["用途"], d.Secret, d.Until = purpose, notify.Words{"验证码": code}, row.expires
	_, err = s.notify.Post(ctx, tx, project, d)
	return err
}

// alert tells the holder of an address that something about the account was
// changed; without a sender it stays in the log.
func (s *Service) alert(ctx context.Context, tx *db.Tx, a Account, to Contact, what string) error {
	project, ways, err := s.sender(ctx, tx)
	if err != nil || !has(ways, to.Channel) {
		return err
	}
	d, err := s.draft(ctx, tx, a, to, notify.KindAlert, "alert/"+tx.NewID().String())
	if err != nil {
		return err
	}
	d.Words["事项"] = what
	_, err = s.notify.Post(ctx, tx, project, d)
	return err
}
