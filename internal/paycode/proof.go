package paycode

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// ErrNoReceipt is one answer for codes that nobody here has printed and for
// receipts that are not there.
var ErrNoReceipt = fault.New(fault.NotFound, "receipt_unknown", "查不到这张收据，请把纸上的收据编号告诉物业服务中心核对")

// What became of a receipt, for whoever holds it.
const (
	ProofValid    = "valid"
	ProofVoid     = "void"
	ProofRed      = "red"      // takes back, in part or whole
	ProofReversed = "reversed" // taken back as a whole
)

// Proof is what whoever holds a receipt learns of it: that it was given here, for
// how much, and what became of it. No room and no fees. Amounts in fen.
type Proof struct {
	Company  string
	Project  string
	Phone    string // of the service centre; "" when nobody has set it
	Number   string
	At       time.Time
	Amount   money.Fen // below zero on a red one
	Payer    string    // masked
	State    string
	Other    string    // number of the receipt that took it back, or that it takes back
	Refunded money.Fen // given back of it in parts
	ReadAt   time.Time
}

// headChars is how much of a token names the project and the receipt; the rest
// can be made by nobody without the key ring.
const headChars = 22

const proofPath = "/pay/r/"

// proofToken is the same for every printing of a receipt. It is made and not
// stored, so that receipts of before have one as well.
func (s *Service) proofToken(project, receipt id.ID) string {
	var head [16]byte
	binary.BigEndian.PutUint64(head[:8], uint64(project))
	binary.BigEndian.PutUint64(head[8:], uint64(receipt))
	return base64.RawURLEncoding.EncodeToString(head[:]) + s.Ring.Blind(int64(project), "receipt", receipt.String())
}

// ProofLink is the text of the QR code on the paper of a receipt; empty when
// nobody has said where the world reaches this server.
func (s *Service) ProofLink(project, receipt id.ID) string {
	if !s.Public {
		return ""
	}
	return s.Address() + proofPath + s.proofToken(project, receipt)
}

// Proof reads the receipt that a token was printed on. Errors: ErrNoReceipt,
// ErrTooMany.
func (s *Service) Proof(ctx context.Context, who actor.Actor, token string) (Proof, error) {
	miss := "miss/" + who.Address
	if s.limits.over(miss, missesAllowed) {
		return Proof{}, ErrTooMany
	}
	p, err := s.proof(ctx, s.DB.Reader(ctx), token)
	if errors.Is(err, ErrNoReceipt) {
		s.limits.count(miss, missesAllowed, missesWithin)
	}
	return p, err
}

func (s *Service) proof(ctx context.Context, q db.Q, token string) (Proof, error) {
	head, err := base64.RawURLEncoding.DecodeString(token[:min(headChars, len(token))])
	if err != nil || len(head) != 16 {
		return Proof{}, ErrNoReceipt
	}
	project, receipt := id.ID(binary.BigEndian.Uint64(head[:8])), id.ID(binary.BigEndian.Uint64(head[8:]))
	if subtle.ConstantTimeCompare([]byte(token), []byte(s.proofToken(project, receipt))) != 1 {
		return Proof{}, ErrNoReceipt
	}
	if !s.limits.count("proof/"+receipt.String(), readsAllowed, readsWithin) {
		return Proof{}, ErrTooMany
	}
	r, err := s.Cashier.Receipt(ctx, q, project, receipt)
	if errors.Is(err, fault.ErrNotFound) {
		return Proof{}, ErrNoReceipt
	}
	if err != nil {
		return Proof{}, fmt.Errorf("prove receipt: %w", err)
	}
	p := Proof{Number: r.Number, At: r.At, Amount: r.Amount, Payer: Masked(r.PayerName), Refunded: r.Refunded, ReadAt: s.DB.Clock().Now()}
	p.State, p.Other = stateOf(&r)
	if p.Company, p.Project, p.Phone, err = s.house(ctx, q, project); err != nil {
		return p, fmt.Errorf("prove receipt: %w", err)
	}
	return p, nil
}

func stateOf(r *cashier.Receipt) (state, other string) {
	switch {
	case r.State == cashier.StateVoid:
		return ProofVoid, ""
	case r.Red():
		return ProofRed, r.RedOfNumber
	case r.ReversedBy != 0:
		return ProofReversed, r.ReversedNumber
	}
	return ProofValid, ""
}
