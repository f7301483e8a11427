package alipay

import (
	"io"

	"linli/internal/kit/clock"
	"linli/internal/payment"
)

// ReadBill reads a file of details.
func ReadBill(r io.Reader, m *payment.Merchant, day clock.Date, each func(payment.BillLine) error) (payment.BillTotals, error) {
	return readBill(r, m, day, each)
}
