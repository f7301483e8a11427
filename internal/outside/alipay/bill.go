package alipay

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	sdk "github.com/smartwalle/alipay/v3"
	"golang.org/x/text/encoding/simplifiedchinese"

	"linli/internal/kit/clock"
	"linli/internal/payment"
)

// maxBill is how large a bill may be, in bytes, packed and unpacked: some
// millions of lines.
const maxBill = 1 << 30

// Bill reads the trade bill of a day. The file is on disk and its sums are
// right before each is told of a line. Source: Alipay, 查询对账单下载地址.
func (c *Channel) Bill(ctx context.Context, m payment.Merchant, day clock.Date, each func(payment.BillLine) error) (payment.BillTotals, error) {
	address, err := c.billAddress(ctx, &m, day)
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
	size, hash, err := c.fetch(ctx, address, f)
	if err != nil {
		return payment.BillTotals{}, err
	}
	// Once for the sums, and only then for whoever acts on the lines.
	totals, err := readPacked(f, size, &m, day, func(payment.BillLine) error { return nil })
	if err != nil {
		return totals, fmt.Errorf("%w: %w", payment.ErrBillBroken, err)
	}
	totals.Hash = hash
	if _, err := readPacked(f, size, &m, day, each); err != nil {
		return totals, err
	}
	return totals, nil
}

// billAddress is where the file lies, for half a minute.
func (c *Channel) billAddress(ctx context.Context, m *payment.Merchant, day clock.Date) (string, error) {
	client, err := c.client(m)
	if err != nil {
		return "", err
	}
	got, err := client.BillDownloadURLQuery(ctx, sdk.BillDownloadURLQuery{BillType: "trade", BillDate: day.String()})
	if got == nil {
		got = &sdk.BillDownloadURLQueryRsp{}
	}
	a, err := said(&got.Error, err)
	switch {
	case err != nil:
		return "", fmt.Errorf("ask for bill: %w", err)
	case a != nil && a.signed && strings.EqualFold(a.SubCode, "isp.bill_not_exist"):
		return "", payment.ErrBillAbsent
	case a != nil && a.refused():
		return "", fmt.Errorf("%w: %s", payment.ErrBillRefused, a.words())
	case a != nil:
		return "", fmt.Errorf("ask for bill: %s", a.words())
	}
	if u, err := url.Parse(got.BillDownloadURL); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", fmt.Errorf("ask for bill: answered no usable address")
	}
	return got.BillDownloadURL, nil
}

// fetch downloads the file of a signed address; neither request nor answer is
// signed, so the file is only believed when its sums are right.
func (c *Channel) fetch(ctx context.Context, address string, to io.Writer) (size int64, hash string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, "", fmt.Errorf("download bill: %w", err)
	}
	res, err := c.bills.Do(r)
	if err != nil {
		return 0, "", fmt.Errorf("download bill: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return 0, "", fmt.Errorf("download bill: answered %d", res.StatusCode)
	}
	sum := sha256.New()
	size, err = io.Copy(io.MultiWriter(to, sum), io.LimitReader(res.Body, maxBill+1))
	switch {
	case err != nil:
		return 0, "", fmt.Errorf("download bill: %w", err)
	case size > maxBill:
		return 0, "", fmt.Errorf("%w: larger than %d bytes", payment.ErrBillBroken, maxBill)
	}
	return size, fmt.Sprintf("%x", sum.Sum(nil)), nil
}

// readPacked reads the file of details in an archive. Names and contents are
// in GBK, and it may lie behind the file of sums.
func readPacked(f io.ReaderAt, size int64, m *payment.Merchant, day clock.Date, each func(payment.BillLine) error) (payment.BillTotals, error) {
	z, err := zip.NewReader(f, size)
	if err != nil {
		return payment.BillTotals{}, fmt.Errorf("open archive: %w", err)
	}
	for _, member := range z.File {
		name := member.Name
		if member.NonUTF8 {
			if name, err = simplifiedchinese.GBK.NewDecoder().String(name); err != nil {
				continue
			}
		}
		if !strings.HasSuffix(name, "业务明细.csv") {
			continue
		}
		r, err := member.Open()
		if err != nil {
			return payment.BillTotals{}, fmt.Errorf("open bill: %w", err)
		}
		defer r.Close()
		return readBill(simplifiedchinese.GBK.NewDecoder().Reader(io.LimitReader(r, maxBill)), m, day, each)
	}
	return payment.BillTotals{}, fmt.Errorf("no file of details in the archive")
}
