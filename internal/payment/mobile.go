package payment

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// What is answered for a channel that has no page for a browser.
var (
	ErrNoMobile  = fault.New(fault.Conflict, "mobile_missing", "这种收款方式不能在手机网页上付，请扫码付款")
	ErrNoDesktop = fault.New(fault.Conflict, "desktop_missing", "这种收款方式不能在电脑网页上付，请用手机扫码付款")
)

// Mobile is the socket of channels that can be paid in the browser of a
// telephone, beside Channel.
type Mobile interface {
	// H5 announces an order and answers the page of the channel that the browser
	// is sent to; it returns to back. The order knows the address of the
	// telephone. It may be repeated. Error: ErrRefusedByChannel.
	H5(ctx context.Context, m Merchant, o Order, notify, back string) (page string, err error)
}

// Desktop is the socket of channels that can be paid in the browser of a
// computer, beside Channel.
type Desktop interface {
	// Page announces an order and answers the page of the channel that the browser
	// is sent to; it returns to back. It may be repeated. Error:
	// ErrRefusedByChannel.
	Page(ctx context.Context, m Merchant, o Order, notify, back string) (page string, err error)
}

// Phone is a payer in front of a browser.
type Phone struct {
	Back    string // where the channel sends the browser when it is done
	Address string // network address of the telephone
	Desk    bool   // it is a computer
	Who     Who    // in the browser of the channel itself; empty in any other
}

// mobile refuses what the channel of an order or its merchant cannot do.
func (s *Service) mobile(in *NewOrder, m *Merchant) error {
	if in.Phone == nil {
		return nil
	}
	if in.Phone.Desk {
		if _, ok := s.channels[in.Channel].(Desktop); !ok || in.Phone.Who.Payer != "" {
			return ErrNoDesktop
		}
		return nil
	}
	if in.Phone.Who.Payer == "" {
		if _, ok := s.channels[in.Channel].(Mobile); !ok {
			return ErrNoMobile
		}
		return nil
	}
	inside, ok := s.channels[in.Channel].(Inside)
	switch {
	case !ok:
		return ErrNoMobile
	case inside.AppOf(m) != in.Phone.Who.App:
		return ErrPayerElsewhere
	}
	return nil
}

// prepay announces an order in the way it was asked for.
func (s *Service) prepay(ctx context.Context, c Channel, m Merchant, o Order, phone *Phone) (string, error) {
	if phone == nil {
		return c.Prepay(ctx, m, o, s.callbackAddress(&m))
	}
	if phone.Who.Payer != "" {
		inside, ok := c.(Inside)
		if !ok || inside.AppOf(&m) != phone.Who.App {
			return "", fmt.Errorf("%w: another app", ErrRefusedByChannel)
		}
		return inside.InApp(ctx, &m, &o, s.callbackAddress(&m), phone.Who.Payer)
	}
	if phone.Desk {
		way, ok := c.(Desktop)
		if !ok {
			return "", fmt.Errorf("%w: no page for computers", ErrRefusedByChannel)
		}
		return way.Page(ctx, m, o, s.callbackAddress(&m), phone.Back)
	}
	way, ok := c.(Mobile)
	if !ok {
		return "", fmt.Errorf("%w: no page for telephones", ErrRefusedByChannel)
	}
	o.PayerAddress = phone.Address
	return way.H5(ctx, m, o, s.callbackAddress(&m), phone.Back)
}

// OrderByKey finds the order that an intention has made already.
func (s *Service) OrderByKey(ctx context.Context, q db.Q, project id.ID, key string) (Order, bool, error) {
	o, found, err := orderByKey(ctx, q, project, key)
	if err != nil {
		return o, false, fmt.Errorf("find order: %w", err)
	}
	return o, found, nil
}
