package payment

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// ErrNoCode is answered for a merchant who cannot show a code to pay.
var ErrNoCode = fault.New(fault.Conflict, "code_missing", "这个商户没有开通收款码，请换一种方式收款，或在“线上收款商户”里勾选已开通的产品")

// Products are the ways of paying that a merchant has opened with the channel
// (已开通的产品), as a set. What is not opened the channel refuses, mostly on a
// page of its own, so nobody is offered it.
type Products int

// The products.
const (
	ProductCode   Products = 1 << iota // a code to scan: WeChat Native, Alipay 当面付
	ProductScan                        // the payer's code: 付款码支付, 当面付
	ProductPhone                       // in the browser of a telephone: H5 支付, 手机网站支付
	ProductDesk                        // in the browser of a computer: 电脑网站支付
	ProductInside                      // in the browser of the channel itself: JSAPI 支付
)

// Has tells whether all of some are among them.
func (p Products) Has(some Products) bool { return p&some == some }

// productWords are the products as they are written, in their order.
func productWords() []string { return []string{"code", "scan", "phone", "desk", "inside"} }

// Words are the products as they are written.
func (p Products) Words() []string {
	out := []string{}
	for i, w := range productWords() {
		if p.Has(1 << i) {
			out = append(out, w)
		}
	}
	return out
}

// productsOf reads them; what is not known is left out.
func productsOf(words []string) Products {
	var p Products
	for _, w := range words {
		for i, known := range productWords() {
			if w == known {
				p |= 1 << i
			}
		}
	}
	return p
}

// Offered are the products of a channel that this program can use.
func Offered(c Channel) Products {
	p := ProductCode
	if _, ok := c.(Scanner); ok {
		p |= ProductScan
	}
	if _, ok := c.(Mobile); ok {
		p |= ProductPhone
	}
	if _, ok := c.(Desktop); ok {
		p |= ProductDesk
	}
	if _, ok := c.(Inside); ok {
		p |= ProductInside
	}
	return p
}

// Products are those that the active default merchants of a project have
// opened, by channel.
func (s *Service) Products(ctx context.Context, q db.Q, project id.ID) (map[string]Products, error) {
	list, err := allMerchants(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("products of merchants: %w", err)
	}
	out := map[string]Products{}
	for i := range list {
		if m := &list[i]; m.Default && m.Active && s.channels[m.Channel] != nil {
			out[m.Channel] = m.Products & Offered(s.channels[m.Channel])
		}
	}
	return out, nil
}

// Codes are the channels at which a project can show a code to pay.
func (s *Service) Codes(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	return s.with(ctx, q, project, ProductCode)
}

// Scannable are the channels a project takes payers' codes for.
func (s *Service) Scannable(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	return s.with(ctx, q, project, ProductScan)
}

func (s *Service) with(ctx context.Context, q db.Q, project id.ID, want Products) ([]string, error) {
	have, err := s.Products(ctx, q, project)
	out := []string{}
	for _, c := range []string{"alipay", "wechat"} {
		if have[c].Has(want) {
			out = append(out, c)
		}
	}
	return out, err
}

// opened refuses an order in a way that its merchant has not opened.
func (in *NewOrder) opened(m *Merchant) error {
	switch {
	case in.PayerCode != "" && !m.Products.Has(ProductScan):
		return ErrNoScanner
	case in.PayerCode == "" && in.Phone == nil && !m.Products.Has(ProductCode):
		return ErrNoCode
	case in.Phone == nil:
		return nil
	case in.Phone.Desk && !m.Products.Has(ProductDesk):
		return ErrNoDesktop
	case in.Phone.Who.Payer != "" && !m.Products.Has(ProductInside), !in.Phone.Desk && in.Phone.Who.Payer == "" && !m.Products.Has(ProductPhone):
		return ErrNoMobile
	}
	return nil
}
