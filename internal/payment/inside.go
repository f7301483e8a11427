package payment

import (
	"context"
	"errors"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// ErrWhoGone is of a code that tells no payer any more: it was used, or is
// too old. The payer is asked again.
var ErrWhoGone = errors.New("the code of the payer is used or too old")

// ErrPayerElsewhere is of payers whom another app of the channel knows than the
// one whose merchant takes the money.
var ErrPayerElsewhere = fault.New(fault.Conflict, "payer_elsewhere", "这些费用由另一个公众号的商户收，在这里付不了，请出付款码用另一部手机扫")

// Inside is the socket of channels that have a browser of their own (WeChat):
// a page that stands in it cannot leave for the channel's page, and asks the
// browser for the payment instead. It is beside Channel.
type Inside interface {
	// AppOf is the app that knows the payers of a merchant.
	AppOf(m *Merchant) string
	// Identify answers where the browser is sent to say who stands in front of
	// it; it returns to back with a code and with what STATE was replaced by. It
	// is false for a merchant who cannot ask.
	Identify(m *Merchant, back string) (page string, ok bool)
	// Payer tells who stands there by the code. Error: ErrWhoGone.
	Payer(ctx context.Context, m *Merchant, code string) (payer string, err error)
	// InApp announces an order for that payer and answers what Invoke takes. It
	// may be repeated. Error: ErrRefusedByChannel.
	InApp(ctx context.Context, m *Merchant, o *Order, notify, payer string) (prepay string, err error)
	// Invoke signs what the page hands to the browser.
	Invoke(m *Merchant, prepay string) (map[string]string, error)
}

// Who is a payer as a channel names him: never told by a browser, always by the
// channel itself.
type Who struct {
	App   string // that knows him by this name
	Payer string
}

// Identify answers where the browser of a channel is sent to say who pays the
// merchant with an account; "" when the channel or he cannot ask. Payers are
// known to the app of each merchant by another name. Error: ErrNoMerchant.
func (s *Service) Identify(ctx context.Context, q db.Q, project id.ID, channel, account, back string) (string, error) {
	in, m, err := s.insideFor(ctx, q, project, channel, account)
	if err != nil || in == nil {
		return "", err
	}
	page, ok := in.Identify(&m, back)
	if !ok {
		return "", nil
	}
	return page, nil
}

// WhoPays asks the channel who stands in front of its browser to pay the
// merchant with an account; nothing is kept. Errors: ErrWhoGone, ErrNoMobile,
// ErrNoMerchant.
func (s *Service) WhoPays(ctx context.Context, project id.ID, channel, account, code string) (Who, error) {
	in, m, err := s.insideFor(ctx, s.db.Reader(ctx), project, channel, account)
	if err != nil {
		return Who{}, err
	}
	if in == nil || m.AppSecret == "" {
		return Who{}, ErrNoMobile
	}
	payer, err := in.Payer(ctx, &m, code)
	if err != nil {
		return Who{}, fmt.Errorf("who pays: %w", err)
	}
	return Who{App: in.AppOf(&m), Payer: payer}, nil
}

// insideFor is the merchant with an account and the browser he can be paid in;
// none when his channel has no such browser, or he has not opened it.
func (s *Service) insideFor(ctx context.Context, q db.Q, project id.ID, channel, account string) (Inside, Merchant, error) {
	c, m, err := s.UsableFor(ctx, q, project, channel, account)
	if err != nil {
		return nil, m, err
	}
	in, ok := c.(Inside)
	if !ok || !m.Active || !m.Products.Has(ProductInside) || m.Account() != account {
		return nil, m, nil
	}
	return in, m, nil
}

// Invocation is what the page hands to the browser of the channel to have an
// open order paid, signed now; nil for every other order.
func (s *Service) Invocation(ctx context.Context, q db.Q, project id.ID, o *Order) (map[string]string, error) {
	if o.Inside == "" || o.State != OrderWaiting || o.Closing {
		return nil, nil
	}
	c, m, err := s.UsableFor(ctx, q, project, o.Channel, o.Merchant)
	if err != nil {
		return nil, err
	}
	in, ok := c.(Inside)
	if !ok || m.Account() != o.Merchant {
		return nil, nil
	}
	out, err := in.Invoke(&m, o.Code)
	if err != nil {
		return nil, fmt.Errorf("invocation of order: %w", err)
	}
	return out, nil
}

// InsideOf is how an order keeps who may pay it: a blind index, since the name
// itself is nobody's business here.
func (s *Service) InsideOf(project id.ID, who Who) string {
	return s.ring.Blind(int64(project), "payer", who.App+"/"+who.Payer)
}
