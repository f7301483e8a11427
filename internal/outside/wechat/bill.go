package wechat

import (
	"context"
	"crypto/sha1" // the channel says so
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/validators"

	"linli/internal/kit/clock"
	"linli/internal/payment"
)

// maxBill is how large a bill may be, in bytes: some millions of lines.
const maxBill = 1 << 30

// ticketJSON is where a bill lies, signed by WeChat Pay.
type ticketJSON struct {
	HashType string `json:"hash_type"`
	Hash     string `json:"hash_value"`
	Address  string `json:"download_url"`
}

// Bill reads the trade bill of a day. The file is on disk, its SHA-1 is the one
// that was signed and its sums are right before each is told of a line.
// Source: WeChat Pay, 申请交易账单 and 下载账单.
func (c *Channel) Bill(ctx context.Context, m payment.Merchant, day clock.Date, each func(payment.BillLine) error) (payment.BillTotals, error) {
	client, err := c.clientOver(ctx, &m, c.bills)
	if err != nil {
		return payment.BillTotals{}, err
	}
	ticket, err := ask(ctx, client, &m, day)
	if err != nil {
		return payment.BillTotals{}, err
	}
	f, err := os.CreateTemp("", "linli-bill-*")
	if err != nil {
		return payment.BillTotals{}, fmt.Errorf("keep bill: %w", err)
	}
	defer func() {
		f.Close()
		os.Remove(f.Name())
	}()
	if err := fetch(ctx, client, ticket, f); err != nil {
		return payment.BillTotals{}, err
	}
	// Once for the sums, and only then for whoever acts on the lines.
	totals, err := readBill(f, &m, day, func(payment.BillLine) error { return nil })
	if err != nil {
		return totals, fmt.Errorf("%w: %w", payment.ErrBillBroken, err)
	}
	totals.Hash = strings.ToLower(ticket.Hash)
	if _, err := readBill(f, &m, day, each); err != nil {
		return totals, err
	}
	return totals, nil
}

func ask(ctx context.Context, client *core.Client, m *payment.Merchant, day clock.Date) (ticketJSON, error) {
	var t ticketJSON
	q := url.Values{"bill_date": {day.String()}, "bill_type": {"ALL"}}
	if partner(m) {
		q.Set("sub_mchid", m.SubNumber)
	}
	result, err := client.Get(ctx, Official+"/v3/bill/tradebill?"+q.Encode())
	if err != nil {
		switch code, message, _ := said(err); code {
		case "NO_STATEMENT_EXIST":
			return t, payment.ErrNoBill
		case "STATEMENT_CREATING":
			return t, payment.ErrBillNotReady
		case "":
			return t, fmt.Errorf("ask for bill: %w", err)
		default:
			return t, fmt.Errorf("%w: %s %s", payment.ErrBillRefused, code, message)
		}
	}
	if err := core.UnMarshalResponse(result.Response, &t); err != nil {
		return t, fmt.Errorf("ask for bill: %w", err)
	}
	if t.HashType != "SHA1" || len(t.Hash) != 2*sha1.Size || t.Address == "" {
		return t, fmt.Errorf("ask for bill: answered hash type %q and no usable address", t.HashType)
	}
	return t, nil
}

// fetch downloads the file of a ticket. The request is signed, the answer is
// not: the hash of the ticket stands for it.
func fetch(ctx context.Context, client *core.Client, t ticketJSON, to *os.File) error {
	result, err := core.NewClientWithValidator(client, &validators.NullValidator{}).Get(ctx, t.Address)
	if err != nil {
		return fmt.Errorf("download bill: %w", err)
	}
	defer result.Response.Body.Close()
	if result.Response.StatusCode != http.StatusOK {
		return fmt.Errorf("download bill: answered %d", result.Response.StatusCode)
	}
	sum := sha1.New()
	n, err := io.Copy(io.MultiWriter(to, sum), io.LimitReader(result.Response.Body, maxBill+1))
	switch {
	case err != nil:
		return fmt.Errorf("download bill: %w", err)
	case n > maxBill:
		return fmt.Errorf("%w: larger than %d bytes", payment.ErrBillBroken, maxBill)
	case !strings.EqualFold(fmt.Sprintf("%x", sum.Sum(nil)), t.Hash):
		return fmt.Errorf("%w: the file is not the one that was signed", payment.ErrBillBroken)
	}
	return nil
}
