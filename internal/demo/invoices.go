package demo

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"linli/internal/app"
	"linli/internal/cashier"
	"linli/internal/invoice"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	invoicesim "linli/internal/outside/invoice/sim"
)

// The account of the simulated provider of 数电发票; it opens nothing but the
// simulator.
const (
	InvoiceKey    = "rehearsal"
	InvoiceSecret = "rehearsal-invoice-secret"
)

// RehearseInvoice starts a provider until ctx ends; its books are in the file,
// or in memory without one.
func RehearseInvoice(ctx context.Context, addr, file string, log *slog.Logger) (string, func() error, error) {
	return invoicesAt(ctx, addr, file, clock.System{}, log)
}

func invoicesAt(ctx context.Context, addr, file string, now clock.Clock, log *slog.Logger) (string, func() error, error) {
	s, err := invoicesim.Open(invoicesim.Options{Key: InvoiceKey, Secret: InvoiceSecret, Path: file, Clock: now, Log: log})
	if err != nil {
		return "", nil, err
	}
	return serve(ctx, addr, s.Handler())
}

// Sellers lets every project that has no seller give invoices through the
// provider, or tells the one it has where the provider is now.
func Sellers(ctx context.Context, a *app.App, host string) error {
	who := actor.System("演示")
	projects, err := a.Estate.Projects(ctx, who)
	if err != nil {
		return fmt.Errorf("sellers: %w", err)
	}
	for _, p := range projects {
		known, err := a.Invoice.Seller(ctx, a.DB.Reader(ctx), p.ID)
		if err != nil {
			return fmt.Errorf("sellers: %w", err)
		}
		if known.Version > 0 && known.Account.Key != InvoiceKey || known.Account.Host == host {
			continue
		}
		fresh := known.Version == 0
		if fresh {
			known.Active = true
			known.Party = invoice.Party{Name: "杭州安和物业服务有限公司", TaxNo: "91330106MA2CEXAM6D", Address: "杭州市西湖区文一西路 1 号", Phone: "0571-86001234", Bank: "中国银行杭州文一路支行", Account: "3600 0001 0000 0001"}
		}
		known.Account = invoice.Account{Host: host, Key: InvoiceKey, Secret: InvoiceSecret}
		if _, err = a.Invoice.SetSeller(ctx, who, p.ID, known); err == nil && fresh {
			err = taxes(ctx, a, who, p.ID)
		}
		if err != nil {
			return fmt.Errorf("sellers: %w", err)
		}
	}
	return nil
}

// taxes says how the fees of a project are taxed since its first year.
func taxes(ctx context.Context, a *app.App, who actor.Actor, project id.ID) error {
	items, err := a.Tariff.Items(ctx, a.DB.Reader(ctx), project)
	if err != nil {
		return err
	}
	from := clock.DateOf(a.DB.Clock().Now()).Month().Add(-24).First()
	for _, i := range items {
		t := invoice.Tax{Item: i.ID, From: from, Rate: 600, Code: "3040801010000000000", Short: "企业管理服务"}
		switch {
		case strings.Contains(i.Name, "停车") || strings.Contains(i.Name, "车位"):
			t.Rate, t.Code, t.Short, t.Lease = 900, "3040502020200000000", "车辆停放服务", true
		case strings.Contains(i.Name, "电费"):
			t.Rate, t.Code, t.Short = 1300, "1100101020000000000", "供电"
		case strings.Contains(i.Name, "水费"):
			t.Rate, t.Simple, t.Code, t.Short = 300, true, "1100301010000000000", "水费"
		}
		if err := a.Invoice.SetTax(ctx, who, project, t); err != nil {
			return err
		}
	}
	return nil
}

// invoices asks for the invoices of some receipts of the last days and has them
// issued; the last one waits for the visitor.
func (d *demo) invoices(ctx context.Context) error {
	const wanted = 4
	p, made := d.projects[0], 0
	list, err := d.app.Cashier.Receipts(ctx, p.id, cashier.Filter{Request: page.Request{Limit: 60}, Method: cashier.MethodTransfer, State: cashier.StateValid})
	if err != nil {
		return err
	}
	for _, r := range list.Items {
		if made == wanted {
			break
		}
		o, err := d.app.Invoice.Offer(ctx, p.id, 0, r.ID, actor.Buildings{})
		if err != nil {
			return err
		}
		var sum money.Fen
		for _, l := range o.Left {
			if !l.Taxed {
				sum = 0
				break
			}
			sum += l.Amount
		}
		if sum == 0 {
			continue
		}
		made++
		in := invoice.Application{Receipts: []id.ID{r.ID}, New: &invoice.Title{Party: invoice.Party{Name: r.PayerName}}, Place: r.RoomLabel + " 车位", Expected: sum, Issue: made < wanted}
		if _, err := d.app.Invoice.Ask(ctx, p.accountant, p.id, in); err != nil {
			return fmt.Errorf("invoice of %s: %w", r.Number, err)
		}
	}
	for range 3 { // sent, asked for, and its paper fetched
		if err := d.app.Jobs.Drain(ctx); err != nil {
			return err
		}
		d.clock.Advance(time.Minute)
	}
	return nil
}
