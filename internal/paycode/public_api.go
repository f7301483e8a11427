package paycode

import (
	"context"
	"encoding/base64"
	"net/http"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/web"
	"linli/internal/payment"
)

func (s *Service) publicRoutes(w *web.Server) {
	const in = "/pay/{token}"
	web.Handle(w, web.Op{ID: "pay-bill", Method: http.MethodGet, Path: in, Tag: "paycode", Public: true,
		Summary: "凭缴费二维码看这一户待缴的账单，姓名打码；口令里含项目"}, s.apiBill)
	web.Handle(w, web.Op{ID: "pay-explain", Method: http.MethodGet, Path: in + "/charges/{charge}", Tag: "paycode", Public: true,
		Summary: "凭缴费二维码看一笔待缴费用怎么算的"}, s.apiExplain)
	web.Handle(w, web.Op{ID: "pay-who", Method: http.MethodPost, Path: in + "/payer", Tag: "paycode", Public: true, MaxBody: 4 << 10,
		Summary: "在微信里打开缴费页面时，凭微信给的一次性 code 确认是谁在付款"}, s.apiWho)
	web.Handle(w, web.Op{ID: "pay-order", Method: http.MethodPost, Path: in + "/orders", Tag: "paycode", Public: true, Status: http.StatusCreated, MaxBody: 8 << 10,
		Summary: "凭缴费二维码付款；随后读它，直到有付款页面、已付款或已关闭"}, s.apiPay)
	web.Handle(w, web.Op{ID: "pay-order-one", Method: http.MethodGet, Path: in + "/orders/{order}", Tag: "paycode", Public: true,
		Summary: "这张缴费二维码的一笔付款到了哪一步"}, s.apiOrder)
	web.Handle(w, web.Op{ID: "pay-order-cancel", Method: http.MethodPost, Path: in + "/orders/{order}/cancel", Tag: "paycode", Public: true, MaxBody: 8 << 10,
		Summary: "取消这张缴费二维码的一笔付款；付款抢先时以付款为准"}, s.apiCancel)
}

type payChargeJSON struct {
	ID      id.ID      `json:"id"`
	Item    string     `json:"item" doc:"费用项目"`
	Due     clock.Date `json:"due" doc:"应缴日"`
	Amount  money.Fen  `json:"amount" doc:"应收，分"`
	Left    money.Fen  `json:"left" doc:"还欠，分"`
	Late    int        `json:"days_late" doc:"逾期几天，没有逾期为 0"`
	LateFee money.Fen  `json:"late_fee" doc:"违约金，算到今天，分"`
	How     []string   `json:"late_lines" nullable:"false" doc:"违约金怎么算的"`
}

type payMonthJSON struct {
	Month   clock.Month     `json:"month" doc:"账期"`
	Sum     money.Fen       `json:"sum" doc:"这个月还欠，分，含违约金"`
	Charges []payChargeJSON `json:"charges" nullable:"false"`
}

type payWayJSON struct {
	Channel  string         `json:"channel" doc:"收款渠道"`
	Name     string         `json:"name" doc:"渠道名称"`
	Code     bool           `json:"code" doc:"可以出付款码给另一部手机扫"`
	Phone    bool           `json:"phone" doc:"可以在手机浏览器里付"`
	Desk     bool           `json:"desk" doc:"可以在电脑浏览器里付"`
	Identify string         `json:"identify,omitempty" doc:"能在这个 App 自己的浏览器里付：先到这个网址确认是谁，STATE 换成页面自己的随机串"`
	Payees   []payPayeeJSON `json:"payees" nullable:"false" doc:"账单分属几个商户时，各收哪些费用，一个商户一笔分开付；空为一笔付"`
}

type payPayeeJSON struct {
	Merchant id.ID   `json:"merchant_id"`
	Name     string  `json:"name" doc:"商户名称"`
	Charges  []id.ID `json:"charge_ids" nullable:"false"`
}

type payLineJSON struct {
	Item   string      `json:"item"`
	Month  clock.Month `json:"month"`
	Amount money.Fen   `json:"amount" doc:"分"`
}

type payOrderJSON struct {
	ID        id.ID             `json:"id"`
	Number    string            `json:"number" doc:"商户订单号"`
	Channel   string            `json:"channel"`
	Phone     bool              `json:"phone" doc:"在浏览器里付"`
	Desk      bool              `json:"desk" doc:"那是电脑的浏览器"`
	State     string            `json:"state" enum:"created,waiting,paid,closed,expired" doc:"created 正在向渠道下单，waiting 等付款，paid 已付，closed 已取消，expired 超时"`
	Closing   bool              `json:"closing" doc:"正在取消，结果以 state 为准"`
	Amount    money.Fen         `json:"amount" doc:"金额，分；不会再变"`
	Count     int               `json:"count" doc:"付几笔费用"`
	Page      string            `json:"page,omitempty" doc:"渠道的付款页面"`
	Inside    bool              `json:"inside" doc:"在渠道自己的 App 浏览器里付"`
	Invoke    map[string]string `json:"invoke,omitempty" doc:"交给 WeixinJSBridge getBrandWCPayRequest 的参数，已签名"`
	Picture   string            `json:"picture,omitempty" doc:"付款二维码，data: 开头的 SVG"`
	Receipt   string            `json:"receipt_number" doc:"付款后开的收据"`
	Proof     string            `json:"receipt_page,omitempty" doc:"这张收据的凭证页，本站的路径"`
	PaidAt    *time.Time        `json:"paid_at,omitempty" doc:"入账时间"`
	ToPrepay  money.Fen         `json:"to_prepay" doc:"其中存入预存的，分"`
	Lines     []payLineJSON     `json:"lines" nullable:"false" doc:"付款后缴清的费用"`
	CreatedAt time.Time         `json:"created_at"`
	ExpiresAt time.Time         `json:"expires_at" doc:"过了这个时间不能再付"`
}

type payBillJSON struct {
	Company  string         `json:"company" doc:"物业公司"`
	Project  string         `json:"project" doc:"小区"`
	Room     string         `json:"room" doc:"房号"`
	Payer    string         `json:"payer" doc:"缴费人，打码；没有登记为空"`
	Phone    string         `json:"phone" doc:"服务电话，没有填写为空"`
	Owed     money.Fen      `json:"owed" doc:"还欠，分，不含违约金"`
	LateOwed money.Fen      `json:"late_owed" doc:"另有违约金，分，算到今天"`
	Choice   bool           `json:"choice" doc:"可以只缴其中几个月"`
	Months   []payMonthJSON `json:"months" nullable:"false" doc:"按账期，旧的在前"`
	Ways     []payWayJSON   `json:"ways" nullable:"false" doc:"能用的线上收款，空为没有开通"`
	Order    *payOrderJSON  `json:"order,omitempty" doc:"用这张码发起的付款：正在付的，或今天最近的一笔"`
	Busy     bool           `json:"busy" doc:"服务中心正在为这户收款"`
	Unread   int            `json:"unread" doc:"没有读过的站内消息"`
	At       time.Time      `json:"at" doc:"读取时间"`
}

func orderJSON(o *Order) (*payOrderJSON, error) {
	if o == nil {
		return nil, nil
	}
	j := &payOrderJSON{ID: o.ID, Number: o.Number, Channel: o.Channel, Phone: o.Phone, Desk: o.Desk, State: string(o.State), Closing: o.Closing, Amount: o.Amount, Count: o.Count,
		Page: o.Page, Inside: o.Inside, Invoke: o.Invoke, Receipt: o.Receipt, Proof: o.Proof, ToPrepay: o.ToPrepay, Lines: []payLineJSON{}, CreatedAt: o.CreatedAt.In(clock.Shanghai()), ExpiresAt: o.ExpiresAt.In(clock.Shanghai())}
	for _, l := range o.Lines {
		j.Lines = append(j.Lines, payLineJSON{l.ItemName, l.Month, l.Amount})
	}
	if !o.PaidAt.IsZero() {
		at := o.PaidAt.In(clock.Shanghai())
		j.PaidAt = &at
	}
	if o.Code != "" {
		svg, err := payment.QR(o.Code)
		if err != nil {
			return nil, err
		}
		j.Picture = "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(svg))
	}
	return j, nil
}

type tokenRef struct {
	Token string `path:"token" maxLength:"80" doc:"缴费二维码里的口令，含项目"`
}

type payOrderOut struct{ Body *payOrderJSON }

func orderAnswer(o *Order, err error) (*payOrderOut, error) {
	if err != nil {
		return nil, err
	}
	j, err := orderJSON(o)
	return &payOrderOut{j}, err
}

func (s *Service) apiBill(ctx context.Context, who actor.Actor, in *tokenRef) (*struct{ Body payBillJSON }, error) {
	b, err := s.Bill(ctx, who, in.Token)
	if err != nil {
		return nil, err
	}
	j := payBillJSON{Company: b.Company, Project: b.Project, Room: b.Room, Payer: b.Payer, Phone: b.Phone, Owed: b.Owed, LateOwed: b.LateOwed, Choice: b.Choice,
		Months: []payMonthJSON{}, Ways: []payWayJSON{}, Busy: b.Busy, Unread: b.Unread, At: b.At.In(clock.Shanghai())}
	for _, m := range b.Months {
		x := payMonthJSON{m.Month, m.Sum, []payChargeJSON{}}
		for _, c := range m.Charges {
			c.How = append([]string{}, c.How...)
			x.Charges = append(x.Charges, payChargeJSON(c))
		}
		j.Months = append(j.Months, x)
	}
	for _, w := range b.Ways {
		x := payWayJSON{Channel: w.Channel, Name: w.Name, Code: w.Code, Phone: w.Phone, Desk: w.Desk, Identify: w.Identify, Payees: []payPayeeJSON{}}
		for _, p := range w.Payees {
			x.Payees = append(x.Payees, payPayeeJSON(p))
		}
		j.Ways = append(j.Ways, x)
	}
	j.Order, err = orderJSON(b.Order)
	return &struct{ Body payBillJSON }{j}, err
}

type payExplainJSON struct {
	Title    string    `json:"title" doc:"费用和账期"`
	Lines    []string  `json:"lines" nullable:"false" doc:"一步一步怎么算的，最后一步得出金额"`
	Source   string    `json:"source" doc:"价格的依据"`
	Rounding string    `json:"rounding" doc:"怎么取整"`
	Amount   money.Fen `json:"amount" doc:"应收，分"`
}

func (s *Service) apiExplain(ctx context.Context, who actor.Actor, in *struct {
	Token  string `path:"token" maxLength:"80" doc:"缴费二维码里的口令，含项目"`
	Charge id.ID  `path:"charge" doc:"费用编号"`
}) (*struct{ Body payExplainJSON }, error) {
	e, err := s.Explain(ctx, who, in.Token, in.Charge)
	if err != nil {
		return nil, err
	}
	return &struct{ Body payExplainJSON }{payExplainJSON{e.Title, append([]string{}, e.Lines...), e.Source, e.Rounding, e.Amount}}, nil
}

func (s *Service) apiPay(ctx context.Context, who actor.Actor, in *struct {
	Token string `path:"token" maxLength:"80" doc:"缴费二维码里的口令，含项目"`
	Key   string `header:"Idempotency-Key" required:"true" minLength:"8" maxLength:"100" doc:"这次付款的幂等键：同一个键只有一笔"`
	Body  struct {
		Channel  string        `json:"channel" maxLength:"20" doc:"收款渠道"`
		Phone    bool          `json:"phone" doc:"true 在这个浏览器里付，false 出二维码给另一部手机扫"`
		Desk     bool          `json:"desk,omitempty" doc:"这个浏览器在电脑上；和 phone 一起填"`
		Payer    string        `json:"payer,omitempty" maxLength:"600" doc:"在微信里付：确认付款人得到的凭据"`
		Months   []clock.Month `json:"months,omitempty" maxItems:"240" doc:"只缴哪几个月；不填为全部"`
		Merchant id.ID         `json:"merchant_id,omitempty" doc:"只付给这个商户的那一笔，见 ways 的 payees"`
		Amount   money.Fen     `json:"amount" minimum:"1" doc:"页面上显示的金额，分，含违约金，不一致则拒绝"`
	}
}) (*payOrderOut, error) {
	b := &in.Body
	return orderAnswer(s.Pay(ctx, who, in.Token, Ask{Channel: b.Channel, Phone: b.Phone, Desk: b.Phone && b.Desk, Ticket: b.Payer, Months: b.Months, Merchant: b.Merchant, Amount: b.Amount, Key: in.Key}))
}

func (s *Service) apiWho(ctx context.Context, who actor.Actor, in *struct {
	Token string `path:"token" maxLength:"80" doc:"缴费二维码里的口令，含项目"`
	Body  struct {
		Channel string `json:"channel" maxLength:"20" doc:"收款渠道"`
		Code    string `json:"code" minLength:"1" maxLength:"200" doc:"微信带回来的一次性 code"`
	}
}) (*struct{ Body payWhoJSON }, error) {
	ticket, err := s.Who(ctx, who, in.Token, in.Body.Channel, in.Body.Code)
	return &struct{ Body payWhoJSON }{payWhoJSON{ticket}}, err
}

type payWhoJSON struct {
	Payer string `json:"payer" doc:"付款人的凭据，只有本系统打得开，两小时内有效，付款时带回"`
}

type payOrderRef struct {
	Token string `path:"token" maxLength:"80" doc:"缴费二维码里的口令，含项目"`
	Order id.ID  `path:"order" doc:"付款编号"`
}

func (s *Service) apiOrder(ctx context.Context, who actor.Actor, in *payOrderRef) (*payOrderOut, error) {
	return orderAnswer(s.Order(ctx, who, in.Token, in.Order))
}

func (s *Service) apiCancel(ctx context.Context, who actor.Actor, in *payOrderRef) (*payOrderOut, error) {
	return orderAnswer(s.Cancel(ctx, who, in.Token, in.Order))
}
