package paycode

import (
	"testing"

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
