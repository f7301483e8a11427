package drive

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"linli/internal/kit/clock"
)

// The channels, by the names that the product has for them.
const (
	wechat = "wechat"
	alipay = "alipay"
)

// channel is a simulator of WeChat Pay or Alipay as its merchants and its
// payers know it: papers, a page to pay on, manners, and books.
type channel struct {
	process
	key     string
	address string
	file    string
	phones  *http.Client
	papers  map[string]papers // by merchant number
}

type papers struct{ number, app, serial, apiKey, publicSerial, publicKey, privateKey string }

// body is the merchant as the product asks for it.
func (p *papers) body(key string) object {
	b := object{"number": p.number, "app": p.app, "platform_key": p.publicKey, "private_key": p.privateKey, "active": true, "version": 0}
	if key == wechat {
		b["serial"], b["platform_serial"], b["api_key"] = p.serial, p.publicSerial, p.apiKey
	}
	return b
}

// booksOf is where the drive keeps the books of a channel.
func booksOf(dir, key string) string { return filepath.Join(dir, key+"-sim.json") }

func openChannel(ctx context.Context, o *Options, phones *http.Client, key string, merchants ...string) (*channel, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	c := &channel{key: key, address: address, file: booksOf(o.Dir, key), phones: phones, papers: map[string]papers{}}
	args := append([]string{"sim", key, "--addr", address, "--file", c.file}, merchants...)
	c.process = process{bin: o.Bin, args: args, log: o.Log}
	said, err := c.start()
	if err != nil {
		return nil, err
	}
	name := map[string]string{wechat: "商户号 ", alipay: "收款方 PID "}[key]
	for _, block := range strings.Split(said, name)[1:] {
		p := readPapers(name + block)
		c.papers[p.number] = p
	}
	if len(c.papers) != len(merchants) {
		err = fmt.Errorf("the %s simulator has papers of %d merchants, not %d", key, len(c.papers), len(merchants))
	}
	return c, err
}

// readPapers reads what the simulator prints for one merchant.
func readPapers(said string) papers {
	field := func(names ...string) string {
		for _, name := range names {
			if _, rest, ok := strings.Cut(said, name+" "); ok {
				value, _, _ := strings.Cut(rest, "\n")
				return value
			}
		}
		return ""
	}
	pem := func(name string) string {
		begin, end := "-----BEGIN "+name+" KEY-----", "-----END "+name+" KEY-----"
		_, rest, _ := strings.Cut(said, begin)
		inside, _, _ := strings.Cut(rest, end)
		return begin + inside + end + "\n"
	}
	return papers{number: field("商户号", "收款方 PID"), app: field("AppID", "APPID"), serial: field("证书序列号"), apiKey: field("APIv3 密钥"), publicSerial: field("公钥 ID"),
		publicKey: pem("PUBLIC"), privateKey: pem("PRIVATE")}
}

// press does on the payer's own telephone, whose network is none of ours, what
// the page of the channel offers: pay, or leave. where is the text of a code or
// the address of a page.
func (c *channel) press(ctx context.Context, where, what string) bool {
	u, err := url.Parse(where)
	if err != nil {
		return false
	}
	at := u.Path
	switch {
	case strings.HasPrefix(where, "weixin://"):
		at = "/pay/" + u.Query().Get("pr")
	case u.Host == "qr.alipay.com":
		at = "/pay" + u.Path
	case c.key == alipay: // a page begins with a signed address that leads to it
		res, err := c.phone(ctx, http.MethodGet, u.RequestURI(), nil)
		if err != nil || res.StatusCode != http.StatusSeeOther {
			return false
		}
		at = res.Header.Get("Location")
	}
	if what == "look" {
		_, err = c.phone(ctx, http.MethodGet, at, nil)
		return err == nil
	}
	_, err = c.phone(ctx, http.MethodPost, at, url.Values{"do": {what}})
	return err == nil
}

func (c *channel) phone(ctx context.Context, method, path string, form url.Values) (*http.Response, error) {
	return c.ask(ctx, method, path, "application/x-www-form-urlencoded", form.Encode())
}

func (c *channel) ask(ctx context.Context, method, path, kind, body string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+c.address+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", kind)
	res, err := c.phones.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s simulator: %w", c.key, err)
	}
	return res, res.Body.Close()
}

// show is a payer's telephone that shows its code for the scanner: most pay
// without being asked, some answers get lost, some would have to agree first
// and do not, some have no money.
func (c *channel) show(ctx context.Context) string {
	kind := []string{"free", "free", "free", "lost", "lost", "password", "poor"}[rand.IntN(7)]
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.address+"/code?kind="+kind, http.NoBody)
	if err != nil {
		return ""
	}
	res, err := c.phones.Do(req)
	if err != nil {
		return ""
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return ""
	}
	return regexp.MustCompile(`\b(13|28)\d{16}\b`).FindString(string(b))
}

// control speaks to the simulator beside its protocol.
func (c *channel) control(ctx context.Context, path, body string) error {
	res, err := c.ask(ctx, http.MethodPost, path, "application/json", body)
	if err == nil && res.StatusCode != http.StatusNoContent {
		err = fmt.Errorf("%s simulator: %s %s: %d", c.key, path, body, res.StatusCode)
	}
	return err
}

// manners are what the channel can do wrong from now on. In a quarter of the
// time it is as it should be.
func (c *channel) manners() []string {
	list := []string{"{}", "{}", "{}", `{"drop":true}`, `{"repeat":3}`, `{"delay":2000000000}`, `{"probe":true}`, `{"fail_after_effect":true}`, `{"busy":true}`, `{"tamper":true}`,
		`{"tamper_answers":true}`, `{"hide":true}`}
	if c.key == wechat {
		return append(list, `{"pay_at_once":true}`, `{"refund_refused":"NOT_ENOUGH"}`, `{"refund_ends":"CLOSED"}`, `{"refund_takes":3000000000}`, `{"vague":true}`)
	}
	return append(list, `{"wrong_seller":"2088600000009999"}`, `{"wrong_app":"2021000000009999"}`, `{"hide_refunds":true}`)
}

// trade is what the channel's own books say of one payment.
type trade struct {
	Merchant, Seller, Number, Transaction string
	Total                                 int64
	PaidAt                                time.Time `json:"paid_at"`
	Refunds                               []struct {
		Number string
		Amount int64
		State  string
		At     time.Time
		// Reversal is of WeChat Pay; Alipay gives such a refund the order's number.
		Reversal bool
	}
}

// reversed tells a payment that was taken back at once (撤销), as if it had never
// been.
func (t *trade) reversed() bool {
	for _, r := range t.Refunds {
		if r.Reversal || r.Number == t.Number {
			return true
		}
	}
	return false
}

// readChannel reads a channel's own books: everything that was paid, and what
// went back.
func readChannel(dir, key string) ([]trade, error) {
	b, err := os.ReadFile(booksOf(dir, key))
	if err != nil {
		return nil, fmt.Errorf("read the channel's books: %w", err)
	}
	var books struct{ Trades map[string]trade }
	if err := json.Unmarshal(b, &books); err != nil {
		return nil, fmt.Errorf("read the channel's books: %w", err)
	}
	var out []trade
	for _, t := range books.Trades {
		if !t.PaidAt.IsZero() && t.Transaction != "" {
			out = append(out, t)
		}
	}
	return out, nil
}

// tell writes the books of a channel into the journal.
func tell(j *Journal, dir, key string) error {
	trades, err := readChannel(dir, key)
	if err != nil {
		return err
	}
	day := func(t time.Time) string { return clock.DateOf(t).String() }
	for _, t := range trades {
		if t.reversed() {
			j.write(Entry{Deed: Reversed, Channel: key, Number: t.Number, Transaction: t.Transaction, Got: fen(t.Total), Day: day(t.PaidAt)})
			continue
		}
		j.write(Entry{Deed: Captured, Channel: key, Merchant: t.Merchant + t.Seller, Number: t.Number, Transaction: t.Transaction, Got: fen(t.Total), Day: day(t.PaidAt)})
		for _, r := range t.Refunds {
			if r.State == "" {
				r.State = "SUCCESS"
			}
			j.write(Entry{Deed: GivenBack, Channel: key, Number: r.Number, Transaction: t.Transaction, Got: fen(r.Amount), State: r.State, Day: day(r.At)})
		}
	}
	return nil
}
