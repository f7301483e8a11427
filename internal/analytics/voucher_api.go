package analytics

import (
	"context"
	"strconv"
	"time"

	"linli/internal/invoice"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/export"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/sheet"
)

// voucherOffer is the book as vouchers for an accounting package: one voucher a
// day and kind of document, its lines in the order of the book.
func (s *Service) voucherOffer() export.Offer {
	return export.Offer{Key: "vouchers", Name: "凭证", Permission: PermRead, Check: check,
		Columns: []sheet.Column{export.Text("日期", 12), export.Text("凭证字", 8), export.Text("凭证号", 8), export.Text("摘要", 30), export.Text("科目编码", 12),
			export.Text("科目名称", 24), export.Money("借方金额"), export.Money("贷方金额")},
		Rows: func(ctx context.Context, a export.Ask, emit export.Emit) error {
			p, err := asked(a.Query)
			if err != nil {
				return err
			}
			v, err := s.Vouchers(ctx, s.db.Reader(ctx), a.Project, p)
			if err != nil {
				return err
			}
			if n := len(v.Untaxed); n > 0 {
				return ErrUntaxed.Say("“%s”等 %d 个费用项目还没有可用的税率，在费用项目里补上再导出", v.Untaxed[0].Name, n)
			}
			for i := range v.List {
				x := &v.List[i]
				for _, e := range x.Entries {
					err := emit([]sheet.Value{sheet.Text(x.Date.String()), sheet.Text("记"), sheet.Text(strconv.Itoa(x.No)), sheet.Text(e.Summary),
						sheet.Text(e.Code), sheet.Text(e.Name), export.Yuan(e.Debit), export.Yuan(e.Credit)})
					if err != nil {
						return err
					}
				}
			}
			return nil
		}}
}

type voucherMonthJSON struct {
	Month  clock.Month `json:"month"`
	Words  string      `json:"words" doc:"怎么价税分离"`
	Count  int         `json:"count" doc:"凭证张数"`
	Debit  money.Fen   `json:"debit" doc:"借方合计，分"`
	Credit money.Fen   `json:"credit" doc:"贷方合计，分"`
	Tax    money.Fen   `json:"tax" doc:"分离出的税额，分"`
}

type voucherTaxJSON struct {
	Key   string    `json:"key" doc:"查记账明细用：税率的万分数，简易计税后面加 s"`
	Name  string    `json:"name" doc:"税率，如 6%、简易 5%、免税"`
	Gross money.Fen `json:"gross" doc:"含税收入，分"`
	Net   money.Fen `json:"net" doc:"不含税收入，分"`
	Tax   money.Fen `json:"tax" doc:"税额，分"`
}

type voucherUntaxedJSON struct {
	Item  id.ID      `json:"item_id"`
	Name  string     `json:"name"`
	From  clock.Date `json:"date" doc:"这一天没有可用的税率"`
	Gross money.Fen  `json:"gross" doc:"没分离的收入，分"`
}

type vouchersOut struct {
	Body struct {
		From    clock.Month          `json:"from"`
		Until   clock.Month          `json:"until"`
		On      clock.Date           `json:"on"`
		Means   string               `json:"means" doc:"口径"`
		Months  []voucherMonthJSON   `json:"months" nullable:"false"`
		Taxes   []voucherTaxJSON     `json:"taxes" nullable:"false" doc:"各税率的收入和税额"`
		Untaxed []voucherUntaxedJSON `json:"untaxed" nullable:"false" doc:"没有可用税率的费用项目；有就不能导出"`
		Whole   money.Fen            `json:"whole" doc:"没有费用项目、不分离的收入，分；抹零为负"`
	}
}

func (s *Service) apiVouchers(ctx context.Context, _ actor.Actor, in *profitIn) (*vouchersOut, error) {
	v, err := s.Vouchers(ctx, s.db.Reader(ctx), in.Project, in.period())
	if err != nil {
		return nil, err
	}
	out := &vouchersOut{}
	b := &out.Body
	b.From, b.Until, b.On, b.Means, b.Whole = v.From, v.Until, v.On, VoucherMeans, v.Whole
	b.Months, b.Taxes, b.Untaxed = []voucherMonthJSON{}, []voucherTaxJSON{}, []voucherUntaxedJSON{}
	for _, m := range v.Months {
		b.Months = append(b.Months, voucherMonthJSON(m))
	}
	for _, x := range v.Taxes {
		b.Taxes = append(b.Taxes, voucherTaxJSON{rateKey(x.Rate, x.Simple), invoice.RateName(x.Rate, x.Simple), x.Gross, x.Net, x.Tax})
	}
	for _, u := range v.Untaxed {
		b.Untaxed = append(b.Untaxed, voucherUntaxedJSON(u))
	}
	return out, nil
}

type taxpayerJSON struct {
	From    clock.Month `json:"from" doc:"从哪个月起"`
	Kind    string      `json:"kind" enum:"together,general,small" doc:"together 不分离，general 一般纳税人，small 小规模纳税人"`
	Output  string      `json:"output_code" doc:"销项税额（小规模：应交增值税）的科目编码"`
	Simple  string      `json:"simple_code" doc:"简易计税的科目编码，只有一般纳税人有"`
	Words   string      `json:"words" doc:"一句话说明"`
	By      string      `json:"by"`
	At      time.Time   `json:"at"`
	Version int         `json:"version"`
}

func toTaxpayer(x *Taxpayer) taxpayerJSON {
	return taxpayerJSON{x.From, string(x.Kind), x.Output, x.Simple, x.Words(), x.By, x.At.In(clock.Shanghai()), x.Version}
}

type taxpayersOut struct {
	Body struct {
		Items []taxpayerJSON `json:"items" nullable:"false"`
	}
}

func (s *Service) apiTaxpayers(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
}) (*taxpayersOut, error) {
	list, err := s.Taxpayers(ctx, s.db.Reader(ctx), in.Project)
	if err != nil {
		return nil, err
	}
	out := &taxpayersOut{}
	out.Body.Items = make([]taxpayerJSON, len(list))
	for i := range list {
		out.Body.Items[i] = toTaxpayer(&list[i])
	}
	return out, nil
}

func (s *Service) apiSetTaxpayer(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		From    clock.Month `json:"from" doc:"从哪个月起，到下一种为止"`
		Kind    string      `json:"kind" enum:"together,general,small" doc:"together 不分离，general 一般纳税人，small 小规模纳税人"`
		Output  string      `json:"output_code,omitempty" maxLength:"20" doc:"销项税额（小规模：应交增值税）的科目编码，不填用常用的"`
		Simple  string      `json:"simple_code,omitempty" maxLength:"20" doc:"简易计税的科目编码，不填用常用的"`
		Version int         `json:"version,omitempty" doc:"改同一个月的填它的版本，新的不填"`
	}
}) (*struct{ Body taxpayerJSON }, error) {
	b := &in.Body
	x, err := s.SetTaxpayer(ctx, who, in.Project, Taxpayer{From: b.From, Kind: TaxpayerKind(b.Kind), Output: b.Output, Simple: b.Simple, Version: b.Version})
	if err != nil {
		return nil, err
	}
	return &struct{ Body taxpayerJSON }{toTaxpayer(&x)}, nil
}
