package paycode

import (
	"slices"
	"testing"

	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/kit/id"
	"linli/internal/latefee"
	"linli/internal/payment"
)

// A way offers what those have opened who get the money, never what only the
// default merchant has.
func TestWayFollowsWhoGetsTheMoney(t *testing.T) {
	const code, phone, desk, scan = payment.ProductCode, payment.ProductPhone, payment.ProductDesk, payment.ProductScan
	for name, c := range map[string]struct {
		products []payment.Products
		want     Way
	}{
		"nothing is owed":          {nil, Way{Code: true}},
		"another than the default": {[]payment.Products{phone | desk}, Way{Phone: true, Desk: true}},
		"both":                     {[]payment.Products{code | phone, phone | desk}, Way{Phone: true}},
		"nothing in common":        {[]payment.Products{code | scan, phone | scan}, Way{Code: true}},
		"none on this page":        {[]payment.Products{scan}, Way{}},
	} {
		w := Way{Code: true}
		w.follow(c.products)
		if w.Code != c.want.Code || w.Phone != c.want.Phone || w.Desk != c.want.Desk {
			t.Errorf("%s: %+v", name, w)
		}
	}
}

// Whoever pays in WeChat is known to the app of the first merchant alone, and the
// oldest month is always among the chosen ones: what it owes comes first, even
// where something younger is due earlier or only a late fee is left of it.
func TestFirstPayeeIsOfTheOldestMonth(t *testing.T) {
	const property, water = id.ID(1), id.ID(2)
	payeeOf := func(item id.ID) payment.Payee { return payment.Payee{ID: item * 10} }
	january := cashier.Open{Charge: 101, Item: property, Month: 202601}
	late := cashier.LateDue{Fee: latefee.Fee{Charge: billing.Charge{ID: 100, Item: water, Month: 202512}}}
	for name, seat := range map[string]*cashier.Seat{
		"a younger charge is due earlier": {Open: []cashier.Open{january, {Charge: 100, Item: water, Month: 202512}}},
		"only the late fee is left":       {Open: []cashier.Open{january}, Late: []cashier.LateDue{late}},
	} {
		got := sharesOf(seat, payeeOf)
		if len(got) != 2 || got[0].payee.ID != water*10 || !slices.Equal(got[0].charges, []id.ID{100}) || !slices.Equal(got[1].charges, []id.ID{101}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
