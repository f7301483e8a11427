package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linli/internal/bank"
	"linli/internal/kit/clock"
	"linli/internal/kit/page"
)

// bank brings the statement of the last days in: some remarks name the room,
// some only the payer, one is interest, one the cash of this month's shifts. All
// of them wait for the visitor.
func (d *demo) bank(ctx context.Context) error {
	p := d.projects[0]
	rooms := some(d, p.rooms, 5)
	labels, err := d.app.Estate.Labels(ctx, d.app.DB.Reader(ctx), p.id, rooms)
	if err != nil {
		return err
	}
	today := clock.DateOf(d.clock.Now().Add(-24 * time.Hour))
	var b strings.Builder
	b.WriteString("交易日期,收入金额,对方户名,对方账号,附言,交易流水号\n")
	for i, room := range rooms {
		name, _ := d.cast.person()
		remark := labels[room] + " 物业费"
		if i == 3 {
			remark = "物业费"
		}
		fmt.Fprintf(&b, "%s,%d.%02d,%s,62220200%08d,%s,%s%05d\n", today.AddDays(-i%3), 200+d.late.IntN(300), d.late.IntN(100), name, d.late.IntN(1e8), remark,
			strings.ReplaceAll(today.String(), "-", ""), i+1)
	}
	fmt.Fprintf(&b, "%s,12.36,安和银行,,季度结息,%s09999\n", today, strings.ReplaceAll(today.String(), "-", ""))
	if p.handed > 0 {
		fmt.Fprintf(&b, "%s,%s,,,现金存款 本月解款,%s09998\n", today, p.handed.Yuan(), strings.ReplaceAll(today.String(), "-", ""))
	}
	_, err = d.app.Bank.Import(ctx, p.accountant, p.id, "网银明细.csv", strings.NewReader(b.String()), int64(b.Len()))
	return err
}

// brought takes the cash of last month's shifts to the bank: the statement says
// that it came, and the accountant that it was ours.
func (d *demo) brought(ctx context.Context) error {
	today := clock.DateOf(d.clock.Now())
	for _, p := range d.projects {
		if p.handed == 0 {
			continue
		}
		text := fmt.Sprintf("交易日期,收入金额,对方户名,对方账号,附言,交易流水号\n%s,%s,,,现金存款 收银解款,%s00001\n", today, p.handed.Yuan(), strings.ReplaceAll(today.String(), "-", ""))
		if _, err := d.app.Bank.Import(ctx, p.accountant, p.id, "网银明细"+today.Month().String()+".csv", strings.NewReader(text), int64(len(text))); err != nil {
			return fmt.Errorf("statement of %s: %w", p.name, err)
		}
		rows, err := d.app.Bank.Rows(ctx, p.id, bank.Filter{Request: page.Request{Limit: 1}, State: bank.StateOpen})
		if err != nil || len(rows.Items) == 0 {
			return fmt.Errorf("cash of %s at the bank: %d rows, %w", p.name, len(rows.Items), err)
		}
		if _, err := d.app.Bank.PutAside(ctx, p.accountant, p.id, rows.Items[0].ID, bank.StateCash, "上月各班次解款，一并送存"); err != nil {
			return fmt.Errorf("cash of %s at the bank: %w", p.name, err)
		}
		p.handed = 0
	}
	return nil
}
