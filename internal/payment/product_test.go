package payment_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/payment"
)

// front is a channel with pages for browsers and codes of payers.
type front struct{ wire }

func (front) H5(context.Context, payment.Merchant, payment.Order, string, string) (string, error) {
	return "https://h5", nil
}
func (front) Page(context.Context, payment.Merchant, payment.Order, string, string) (string, error) {
	return "https://page", nil
}
func (front) Scan(context.Context, payment.Merchant, payment.Order, string, string) (payment.Trade, error) {
	return payment.Trade{}, errors.New("no answer")
}
func (front) Reverse(context.Context, payment.Merchant, string) error { return nil }

// What a merchant has not opened with the channel is offered to nobody, and
// refused with what to do.
func TestProductsOfMerchants(t *testing.T) {
	onWire(t, func(t *testing.T, h *house) {
		h.s.Plug(nil, front{})
		ctx := t.Context()
		m, err := h.s.SetMerchant(ctx, h.who, project, h.merchant("物业费商户", "1900000101", "a"))
		if err != nil || !slices.Equal(m.Products.Words(), []string{"code", "scan", "phone", "desk"}) {
			t.Fatalf("at first %v, %v", m.Products.Words(), err)
		}
		bad := m
		bad.Products = payment.ProductInside
		if _, err := h.s.SetMerchant(ctx, h.who, project, bad); !errors.Is(err, payment.ErrMerchant) {
			t.Errorf("nothing that the channel has: %v", err)
		}
		room := id.ID(0)
		ask := func(in payment.NewOrder) error {
			room++
			in.Channel, in.Room, in.RoomLabel, in.Amount, in.ToPrepay = "wechat", room, "101", 100, 100
			return h.d.Write(ctx, func(tx *db.Tx) error {
				_, err := h.s.OpenOrder(ctx, tx, h.who, project, in)
				return err
			})
		}
		ways := map[payment.Products]struct {
			in   payment.NewOrder
			want error
		}{
			payment.ProductCode:  {payment.NewOrder{}, payment.ErrNoCode},
			payment.ProductScan:  {payment.NewOrder{PayerCode: "131234567890123456"}, payment.ErrNoScanner},
			payment.ProductPhone: {payment.NewOrder{Phone: &payment.Phone{}}, payment.ErrNoMobile},
			payment.ProductDesk:  {payment.NewOrder{Phone: &payment.Phone{Desk: true}}, payment.ErrNoDesktop},
		}
		for missing := range ways {
			m.Products = payment.Offered(front{}) &^ missing
			if m, err = h.s.SetMerchant(ctx, h.who, project, m); err != nil {
				t.Fatal(err)
			}
			for p, way := range ways {
				want := way.want
				if p != missing {
					want = nil
				}
				if err := ask(way.in); !errors.Is(err, want) {
					t.Errorf("without %v: an order by %v: %v, want %v", missing.Words(), p.Words(), err, want)
				}
			}
			have, err := h.s.Products(ctx, h.d.Reader(ctx), project)
			if err != nil || have["wechat"] != m.Products {
				t.Errorf("offered %v, %v", have["wechat"].Words(), err)
			}
			codes, err := h.s.Codes(ctx, h.d.Reader(ctx), project)
			scans, also := h.s.Scannable(ctx, h.d.Reader(ctx), project)
			if errors.Join(err, also) != nil || len(codes) == 1 != (missing != payment.ProductCode) || len(scans) == 1 != (missing != payment.ProductScan) {
				t.Errorf("codes %v, scans %v, %v, %v", codes, scans, err, also)
			}
		}
		// Who says nothing about products changes nothing.
		kept := m.Products
		m.Products = 0
		if m, err = h.s.SetMerchant(ctx, h.who, project, m); err != nil || m.Products != kept {
			t.Errorf("kept %v, %v", m.Products.Words(), err)
		}
		m.Active = false
		if m, err = h.s.SetMerchant(ctx, h.who, project, m); err != nil {
			t.Fatal(err)
		}
		if have, err := h.s.Products(ctx, h.d.Reader(ctx), project); err != nil || len(have) != 0 {
			t.Errorf("of a merchant that is stopped: %v, %v", have, err)
		}
	})
}
