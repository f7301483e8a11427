// Package invoice takes invoices to a provider of 数电发票 by the small protocol
// of docs/invoice-protocol.md: JSON over HTTP, requests and answers signed by
// HMAC-SHA256. 乐企 or a vendor stands behind it by an adapter; only host and
// keys decide whom it speaks to.
package invoice

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"linli/internal/invoice"
	"linli/internal/kit/clock"
	"linli/internal/kit/outbound"
)

const (
	patience  = 20 * time.Second
	maxAnswer = 1 << 20 // bytes
	maxPaper  = 5 << 20
)

// Provider is the service.
type Provider struct {
	http  *http.Client
	guard outbound.Guard
	now   clock.Clock
}

// New makes the provider; whoever sets its host up reaches what the guard lets
// through.
func New(now clock.Clock, guard outbound.Guard) *Provider {
	return &Provider{now: now, guard: guard, http: guard.Client(patience)}
}

// Check refuses an account without address or keys. Invoices carry names and
// tax numbers, so that plain http is for this machine only.
func (p *Provider) Check(a invoice.Account) error {
	u, err := url.Parse(a.Host)
	if err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return invoice.ErrSeller.At("body.host", "请填开票平台的地址，如 https://fp.example.cn", a.Host)
	}
	if ip := net.ParseIP(u.Hostname()); u.Scheme == "http" && (ip == nil || !ip.IsLoopback()) {
		return invoice.ErrSeller.At("body.host", "地址要用 https 开头，http 只可用于本机的模拟平台", a.Host)
	}
	if err := p.guard.Named(u.Hostname()); err != nil {
		return invoice.ErrSeller.Say("系统不会去连这个地址").At("body.host", "要填外网的地址。平台在公司内网时，请系统管理员在启动参数 LINLI_OUTBOUND_ALLOW 里放行", a.Host).Because(err)
	}
	if a.Key == "" || strings.ContainsAny(a.Key, " \t\r\n") {
		return invoice.ErrSeller.At("body.access_key", "请填平台发的账号", nil)
	}
	if len(a.Secret) < 16 {
		return invoice.ErrSeller.At("body.secret", "请填平台发的密钥，至少 16 位；换了地址要重填", nil)
	}
	return nil
}

type partyJSON struct {
	Name    string `json:"name"`
	TaxNo   string `json:"tax_no,omitempty"`
	Address string `json:"address,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Bank    string `json:"bank,omitempty"`
	Account string `json:"account,omitempty"`
}

type lineJSON struct {
	Name   string `json:"name"`
	Code   string `json:"code"`
	Short  string `json:"short"`
	Rate   int    `json:"rate"`
	Simple bool   `json:"simple"`
	Net    int64  `json:"net"`
	Tax    int64  `json:"tax"`
	Gross  int64  `json:"gross"`
}

type leaseJSON struct {
	Address string `json:"address"`
	Place   string `json:"place"`
	From    string `json:"from"`
	Until   string `json:"until"`
}

type requestJSON struct {
	Number  string     `json:"request_no"`
	Attempt int        `json:"attempt"`
	Kind    string     `json:"kind"`
	Type    string     `json:"type"`
	Company bool       `json:"company"`
	Seller  partyJSON  `json:"seller"`
	Buyer   partyJSON  `json:"buyer"`
	Lines   []lineJSON `json:"lines"`
	Net     int64      `json:"net"`
	Tax     int64      `json:"tax"`
	Gross   int64      `json:"gross"`
	Drawer  string     `json:"drawer"`
	Remark  string     `json:"remark,omitempty"`
	Lease   *leaseJSON `json:"lease,omitempty"`
	RedOf   string     `json:"red_of,omitempty"`
	Reason  string     `json:"reason,omitempty"`
}

func toRequest(r *invoice.Request) requestJSON {
	j := requestJSON{Number: r.Number, Attempt: r.Attempt, Kind: "blue", Type: "normal", Company: r.Company, Seller: partyJSON(r.Seller), Buyer: partyJSON(r.Buyer), Lines: []lineJSON{},
		Net: int64(r.Net), Tax: int64(r.Tax), Gross: int64(r.Gross), Drawer: r.Drawer, Remark: r.Remark, RedOf: r.RedOf, Reason: r.Reason}
	if r.Red {
		j.Kind = "red"
	}
	if r.Special {
		j.Type = "special"
	}
	for _, l := range r.Lines {
		j.Lines = append(j.Lines, lineJSON{l.Name, l.Code, l.Short, l.Rate, l.Simple, int64(l.Net), int64(l.Tax), int64(l.Gross)})
	}
	if l := r.Lease; l != nil {
		j.Lease = &leaseJSON{l.Address, l.Place, l.From.String(), l.Until.String()}
	}
	return j
}

type answerJSON struct {
	Number  string `json:"request_no"`
	State   string `json:"state"`
	Attempt int    `json:"attempt"`
	Invoice string `json:"number"`
	At      string `json:"issued_at"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Issue hands a request over.
func (p *Provider) Issue(ctx context.Context, a invoice.Account, r invoice.Request) (invoice.Answer, error) {
	body, err := json.Marshal(toRequest(&r))
	if err != nil {
		return invoice.Answer{}, fmt.Errorf("request of invoice: %w", err)
	}
	status, got, err := p.call(ctx, &a, http.MethodPost, "/v1/invoices", body, maxAnswer)
	if err != nil {
		return invoice.Answer{}, err
	}
	out, err := read(status, got, r.Number)
	if err == nil && out.Fate == invoice.FateRefused && out.Attempt != r.Attempt {
		return invoice.Answer{}, fmt.Errorf("refusal of attempt %d of %s, not %d", out.Attempt, r.Number, r.Attempt)
	}
	return out, err
}

// Query asks what became of a request.
func (p *Provider) Query(ctx context.Context, a invoice.Account, number string) (invoice.Answer, error) {
	status, got, err := p.call(ctx, &a, http.MethodGet, "/v1/invoices/"+url.PathEscape(number), nil, maxAnswer)
	if err != nil {
		return invoice.Answer{}, err
	}
	if status == http.StatusNotFound {
		return invoice.Answer{}, invoice.ErrNoRequest
	}
	return read(status, got, number)
}

// File reads the paper of an issued request.
func (p *Provider) File(ctx context.Context, a invoice.Account, number string) (invoice.Paper, error) {
	status, got, err := p.call(ctx, &a, http.MethodGet, "/v1/invoices/"+url.PathEscape(number)+"/file", nil, maxPaper)
	switch {
	case err != nil:
		return invoice.Paper{}, err
	case status == http.StatusNotFound:
		return invoice.Paper{}, invoice.ErrNoPaper
	case status == http.StatusOK && bytes.HasPrefix(got, []byte("%PDF-")):
		return invoice.Paper{Ending: "pdf", Body: got}, nil
	case status == http.StatusOK && bytes.HasPrefix(got, []byte("PK\x03\x04")):
		return invoice.Paper{Ending: "ofd", Body: got}, nil
	}
	return invoice.Paper{}, fmt.Errorf("file of invoice %s: answer %d is neither PDF nor OFD", number, status)
}

// read turns a signed answer into its meaning; what cannot be read is not
// known.
func read(status int, body []byte, number string) (invoice.Answer, error) {
	var j answerJSON
	if err := json.Unmarshal(body, &j); err != nil {
		return invoice.Answer{}, fmt.Errorf("answer about %s (%d): %w", number, status, err)
	}
	if j.Number != number {
		return invoice.Answer{}, fmt.Errorf("answer about %q, not %s", j.Number, number)
	}
	switch {
	case status == http.StatusOK && j.State == "issued":
		at, err := time.Parse(time.RFC3339, j.At)
		if err != nil || len(j.Invoice) != 20 || strings.Trim(j.Invoice, "0123456789") != "" {
			return invoice.Answer{}, fmt.Errorf("answer about %s: number %q, issued at %q", number, j.Invoice, j.At)
		}
		return invoice.Answer{Fate: invoice.FateIssued, Number: j.Invoice, At: at}, nil
	case status == http.StatusAccepted && j.State == "pending":
		return invoice.Answer{Fate: invoice.FatePending}, nil
	case j.State == "refused" && (status == http.StatusUnprocessableEntity || status == http.StatusOK):
		return invoice.Answer{Fate: invoice.FateRefused, Attempt: j.Attempt, Code: j.Code, Text: j.Message}, nil
	}
	return invoice.Answer{}, fmt.Errorf("answer %d about %s: state %q", status, number, j.State)
}

// call sends one signed request and believes signed answers only.
func (p *Provider) call(ctx context.Context, a *invoice.Account, method, path string, body []byte, limit int64) (int, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, a.Host+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, fmt.Errorf("call provider: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	nonce := sign(r, a.Key, a.Secret, body, p.now.Now())
	res, err := p.http.Do(r)
	if barred := (*outbound.Barred)(nil); errors.As(err, &barred) {
		return 0, nil, fmt.Errorf("call provider: %w: %w", invoice.ErrBarred, err)
	}
	if err != nil {
		return 0, nil, fmt.Errorf("call provider: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusUnauthorized {
		return 0, nil, invoice.ErrKeys
	}
	got, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err != nil {
		return 0, nil, fmt.Errorf("read answer of provider: %w", err)
	}
	if int64(len(got)) > limit {
		return 0, nil, errors.New("answer of provider is too long")
	}
	if !signed(res, a.Secret, nonce, got) {
		return 0, nil, errors.New("answer is not signed by the provider")
	}
	return res.StatusCode, got, nil
}
