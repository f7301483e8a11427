package reconcile

import (
	"context"
	"fmt"
	"strings"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/export"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
	"linli/internal/kit/web"
	"linli/internal/payment"
)

// Exports are the lists of this room that can be taken out.
func (s *Service) Exports() []export.Offer {
	days := export.Offer{Key: "statements", Name: "对账", Permission: payment.PermRead, Columns: []sheet.Column{export.Text("账单日", 12), export.Text("渠道", 12),
		export.Text("商户号", 14), export.Text("状态", 12), {Title: "笔数", Width: 8}, export.Money("渠道收款"), export.Money("渠道退款"), {Title: "手续费", Width: 12, Decimals: 5},
		{Title: "差异", Width: 8}, {Title: "待处理", Width: 8}, export.Text("说明", 30)}}
	days.Check, days.Rows = export.Pages(s.apiStatements, func(o *statementsOut) page.List[statementJSON] { return o.Body }, statementCells)
	odd := export.Offer{Key: "differences", Name: "对账差异", Permission: payment.PermRead, Columns: []sheet.Column{export.Text("账单日", 12), export.Text("渠道", 12),
		export.Text("差异", 26), export.Text("房屋", 20), export.Text("商户订单号", 30), export.Text("渠道交易号", 32), export.Text("交易时间", 20),
		export.Money("渠道金额"), export.Money("本系统金额"), export.Text("状态", 10), export.Text("处理", 16), export.Text("说明", 30), export.Text("处理人", 12)}}
	odd.Check, odd.Rows = export.Pages(s.apiDifferences, func(o *differencesOut) page.List[differenceJSON] { return o.Body.List }, differenceCells)
	sums := export.Offer{Key: "channel-sums", Name: "渠道收款报表", Permission: payment.PermRead, Columns: []sheet.Column{export.Text("渠道", 12), export.Text("商户", 24),
		export.Text("商户号", 18), {Title: "对完天数", Width: 10}, {Title: "笔数", Width: 8}, export.Money("收款"), export.Money("退款"), export.Money("手续费"),
		export.Money("净额")}}
	sums.Check, sums.Rows = export.Pages(s.sumsPage, func(l *page.List[merchantSumJSON]) page.List[merchantSumJSON] { return *l }, sumCells)
	return []export.Offer{days, odd, sums}
}

type sumsPageIn struct {
	Project id.ID    `path:"project"`
	From    web.Date `query:"from"`
	Until   web.Date `query:"until"`
	page.Request
}

// sumsPage is the whole report as one page.
func (s *Service) sumsPage(ctx context.Context, who actor.Actor, in *sumsPageIn) (*page.List[merchantSumJSON], error) {
	out, err := s.apiMerchantSums(ctx, who, &merchantSumsIn{in.Project, in.From, in.Until})
	if err != nil {
		return nil, err
	}
	return &page.List[merchantSumJSON]{Items: out.Body.Items}, nil
}

func sumCells(j *merchantSumJSON) []sheet.Value {
	return []sheet.Value{sheet.Text(j.ChannelName), sheet.Text(j.Payee), sheet.Text(j.Merchant), sheet.Int(int64(j.Days)), sheet.Int(int64(j.Lines)),
		export.Yuan(j.Amount), export.Yuan(j.Refunds), export.Yuan(j.Fee), export.Yuan(j.Net)}
}

// yuanOfFee writes 10⁻⁵ yuan as yuan, with at least two decimals.
func yuanOfFee(fee int64) string {
	sign := ""
	if fee < 0 {
		sign, fee = "-", -fee
	}
	text := strings.TrimRight(fmt.Sprintf("%05d", fee%100_000), "0")
	return fmt.Sprintf("%s%d.%s", sign, fee/100_000, text+strings.Repeat("0", max(0, 2-len(text))))
}

func statementCells(j *statementJSON) []sheet.Value {
	state := map[string]string{"even": "平", "odd": "有差异", "waiting": "未取到", "running": "正在对账"}[j.State]
	return []sheet.Value{sheet.Text(j.Day.String()), sheet.Text(j.ChannelName), sheet.Text(j.Merchant), sheet.Text(state), sheet.Int(int64(j.Lines)),
		export.Yuan(j.Amount), export.Yuan(j.Refunds), sheet.Decimal(yuanOfFee(j.Fee)), sheet.Int(int64(j.Differences)), sheet.Int(int64(j.Open)), sheet.Text(j.Reason)}
}

func differenceCells(j *differenceJSON) []sheet.Value {
	amount := func(v int64) sheet.Value {
		if j.Kind == string(KindFee) {
			return sheet.Decimal(yuanOfFee(v))
		}
		return sheet.Decimal(money.Fen(v).Yuan())
	}
	state := map[string]string{"open": "待处理", "done": "已处理", "gone": "已消除"}[j.State]
	return []sheet.Value{sheet.Text(j.Day.String()), sheet.Text(j.ChannelName), sheet.Text(j.KindName), sheet.Text(j.RoomLabel), sheet.Text(j.Number), sheet.Text(j.Transaction),
		sheet.Text(j.At.In(clock.Shanghai()).Format("2006-01-02 15:04:05")), amount(j.There), amount(j.Here), sheet.Text(state), sheet.Text(j.RemedyName), sheet.Text(j.Note), sheet.Text(j.DoneName)}
}
