package payment

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
)

// Exports are the lists of this room that can be taken out.
func (s *Service) Exports() []export.Offer {
	days := export.Offer{Key: "statements", Name: "对账", Permission: PermRead, Columns: []sheet.Column{export.Text("账单日", 12), export.Text("渠道", 12),
		export.Text("商户号", 14), export.Text("状态", 12), export.Text("笔数", 8), export.Money("渠道收款"), export.Money("渠道退款"), export.Text("手续费", 12),
		export.Text("差异", 8), export.Text("待处理", 8), export.Text("说明", 30)}}
	days.Check, days.Rows = export.Pages(s.apiStatements, func(o *statementsOut) page.List[statementJSON] { return o.Body }, statementCells)
	odd := export.Offer{Key: "differences", Name: "对账差异", Permission: PermRead, Columns: []sheet.Column{export.Text("账单日", 12), export.Text("渠道", 12),
		export.Text("差异", 26), export.Text("房屋", 20), export.Text("商户订单号", 30), export.Text("渠道交易号", 32), export.Text("交易时间", 20),
		export.Text("渠道金额", 14), export.Text("本系统金额", 14), export.Text("状态", 10), export.Text("处理", 16), export.Text("说明", 30), export.Text("处理人", 12)}}
	odd.Check, odd.Rows = export.Pages(s.apiDifferences, func(o *differencesOut) page.List[differenceJSON] { return o.Body }, differenceCells)
	sums := export.Offer{Key: "channel-sums", Name: "渠道收款报表", Permission: PermRead, Columns: []sheet.Column{export.Text("渠道", 12), export.Text("商户", 24),
		export.Text("商户号", 18), export.Text("对完天数", 10), export.Text("笔数", 8), export.Money("收款"), export.Money("退款"), export.Money("手续费"),
		export.Money("净额")}}
	sums.Check, sums.Rows = export.Pages(s.sumsPage, func(l *page.List[merchantSumJSON]) page.List[merchantSumJSON] { return *l }, sumCells)
	more := export.Offer{Key: "candidates", Name: "待退款", Permission: PermRead, Columns: []sheet.Column{export.Text("时间", 20), export.Text("渠道", 10), export.Text("房屋", 20),
		export.Text("交款人", 14), export.Money("多收"), export.Text("原因", 20), export.Text("收据号", 18), export.Text("商户订单号", 30), export.Text("渠道交易号", 32),
		export.Text("状态", 10), export.Text("怎么处理的", 30), export.Text("处理人", 12)}}
	more.Check, more.Rows = export.Pages(s.apiCandidates, func(o *struct{ Body page.List[candidateJSON] }) page.List[candidateJSON] { return o.Body }, s.candidateCells)
	return []export.Offer{days, odd, sums, more}
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
	return []sheet.Value{sheet.Text(j.ChannelName), sheet.Text(j.Payee), sheet.Text(j.Merchant), sheet.Text(fmt.Sprint(j.Days)), sheet.Text(fmt.Sprint(j.Lines)),
		export.Yuan(j.Amount), export.Yuan(j.Refunds), export.Yuan(j.Fee), export.Yuan(j.Net)}
}

func (s *Service) candidateCells(c *candidateJSON) []sheet.Value {
	state := map[string]string{"open": "待处理", "done": "已处理"}[c.State]
	return []sheet.Value{sheet.Text(c.At.Format("2006-01-02 15:04:05")), sheet.Text(s.channels[c.Channel].Name()), sheet.Text(c.RoomLabel), sheet.Text(c.PayerName), export.Yuan(c.Amount),
		sheet.Text(c.WhyName), sheet.Text(c.ReceiptNumber), sheet.Text(c.Number), sheet.Text(c.Transaction), sheet.Text(state), sheet.Text(c.Note), sheet.Text(c.DoneName)}
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
	return []sheet.Value{sheet.Text(j.Day.String()), sheet.Text(j.ChannelName), sheet.Text(j.Merchant), sheet.Text(state), sheet.Text(fmt.Sprint(j.Lines)),
		export.Yuan(j.Amount), export.Yuan(j.Refunds), sheet.Text(yuanOfFee(j.Fee)), sheet.Text(fmt.Sprint(j.Differences)), sheet.Text(fmt.Sprint(j.Open)), sheet.Text(j.Reason)}
}

func differenceCells(j *differenceJSON) []sheet.Value {
	amount := func(v int64) sheet.Value {
		if j.Kind == string(KindFee) {
			return sheet.Text(yuanOfFee(v))
		}
		return sheet.Text(money.Fen(v).Yuan())
	}
	state := map[string]string{"open": "待处理", "done": "已处理", "gone": "已消除"}[j.State]
	return []sheet.Value{sheet.Text(j.Day.String()), sheet.Text(j.ChannelName), sheet.Text(j.KindName), sheet.Text(j.RoomLabel), sheet.Text(j.Number), sheet.Text(j.Transaction),
		sheet.Text(j.At.In(clock.Shanghai()).Format("2006-01-02 15:04:05")), amount(j.There), amount(j.Here), sheet.Text(state), sheet.Text(j.RemedyName), sheet.Text(j.Note), sheet.Text(j.DoneName)}
}
