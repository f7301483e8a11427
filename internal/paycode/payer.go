package paycode

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/fault"
	"linli/internal/payment"
)

// What is refused about who pays in the browser of a channel.
var (
	// ErrWho is answered when the channel does not tell; the page asks again or
	// shows a code.
	ErrWho = fault.New(fault.Conflict, "paycode_who", "没能向微信确认是谁在付款，请重新扫码打开再试，或出付款码用另一部手机扫")
	// ErrWhoGone is of a code that was used before: the page has been read again.
	ErrWhoGone = fault.New(fault.Conflict, "paycode_who_gone", "打开得太久了，请再付一次")
)

const (
	ticketLife  = 2 * time.Hour
	asksAllowed = 60 // per code
	asksWithin  = time.Hour
)

// place binds a ticket to the code and the channel it was made for.
func place(o *opened, channel string) string {
	return fmt.Sprintf("paycode_payer/%d/%d/%s", int64(o.project), int64(o.ID), channel)
}

// Who asks the channel who stands in front of its browser and answers a sealed
// ticket: the page holds it, only this server opens it. Errors: ErrGone,
// ErrTooMany, ErrWho, ErrWhoGone, payment.ErrNoMobile.
func (s *Service) Who(ctx context.Context, who actor.Actor, token, channel, code string) (string, error) {
	o, err := s.open(ctx, s.DB.Reader(ctx), who, token)
	if err != nil {
		return "", err
	}
	if !s.limits.count("who/"+o.ID.String(), asksAllowed, asksWithin) {
		return "", ErrTooMany
	}
	payer, err := s.whoPays(ctx, &o, channel, code)
	var said *fault.Error
	switch {
	case errors.Is(err, payment.ErrWhoGone):
		return "", ErrWhoGone.Because(err)
	case err != nil && !errors.As(err, &said):
		return "", ErrWho.Because(err)
	case err != nil:
		return "", fmt.Errorf("who pays by code: %w", err)
	}
	until := s.DB.Clock().Now().Add(ticketLife).Unix()
	ticket, err := s.Ring.Seal(strings.Join([]string{strconv.FormatInt(until, 10), payer.App, payer.Payer}, "\n"), place(&o, channel))
	if err != nil {
		return "", fmt.Errorf("who pays by code: %w", err)
	}
	return ticket, nil
}

// ticket opens one. Error: ErrWhoGone.
func (s *Service) ticket(o *opened, channel, ticket string) (payment.Who, error) {
	if ticket == "" {
		return payment.Who{}, nil
	}
	plain, err := s.Ring.Open(ticket, place(o, channel))
	if err != nil {
		return payment.Who{}, ErrWhoGone.Because(err)
	}
	parts := strings.SplitN(plain, "\n", 3)
	until, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || len(parts) != 3 || s.DB.Clock().Now().Unix() > until {
		return payment.Who{}, ErrWhoGone
	}
	return payment.Who{App: parts[1], Payer: parts[2]}, nil
}

// whoPays asks in the name of the merchant whose page sent the browser away: the
// one who is paid next.
func (s *Service) whoPays(ctx context.Context, o *opened, channel, code string) (payment.Who, error) {
	routing, err := s.Payment.Routing(ctx, s.DB.Reader(ctx), o.project, channel)
	if err != nil {
		return payment.Who{}, err
	}
	whole, err := s.Cashier.Seat(ctx, o.project, o.Room)
	if err != nil {
		return payment.Who{}, err
	}
	next := routing.Default()
	if shares := sharesOf(whole.OfRoom(), routing.Of); len(shares) > 0 {
		next = shares[0].payee
	}
	return s.Payment.WhoPays(ctx, o.project, channel, next.Account, code)
}
