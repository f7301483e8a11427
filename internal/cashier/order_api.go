package cashier

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/web"
	"linli/internal/payment"
)

func (s *Service) orderRoutes(w *web.Server) {
	const orders = "/projects/{project}/orders"
	web.Handle(w, web.Op{ID: "order-create", Method: http.MethodPost, Path: orders, Tag: "cashier", Status: http.StatusCreated,
		Buildings: true, Permission: PermReceive, Summary: "发起线上收款，出二维码或扫付款码；随后读它，直到有二维码、已付款或已关闭"}, s.apiOpenOrder)
	web.Handle(w, web.Op{ID: "order-parts", Method: http.MethodPost, Path: orders + "/parts", Tag: "cashier",
		Buildings: true, Permission: PermReceive, Summary: "这次线上收款分属哪几个商户，一个商户一笔；不发起收款"}, s.apiOrderParts)
	web.Handle(w, web.Op{ID: "order-one", Method: http.MethodGet, Path: orders + "/{order}", Tag: "cashier",
		Buildings: true, Permission: PermRead, Summary: "一笔线上收款到了哪一步"}, s.apiOrder)
	web.Handle(w, web.Op{ID: "order-cancel", Method: http.MethodPost, Path: orders + "/{order}/cancel", Tag: "cashier",
		Buildings: true, Permission: PermReceive, Summary: "取消线上收款；付款抢先时以付款为准"}, s.apiCancelOrder)
}

type orderLineJSON struct {
	Charge id.ID     `json:"charge_id"`
	Amount money.Fen `json:"amount" doc:"分"`
	Late   bool      `json:"late" doc:"这笔应收的违约金"`
}

type orderJSON struct {
	ID            id.ID           `json:"id"`
	Number        string          `json:"number" doc:"商户订单号"`
	Channel       string          `json:"channel" enum:"wechat,alipay" doc:"收款渠道：wechat 微信支付，alipay 支付宝"`
	Room          id.ID           `json:"room_id"`
	RoomLabel     string          `json:"room_label"`
	PayerName     string          `json:"payer_name"`
	Amount        money.Fen       `json:"amount" doc:"金额，分；不会再变"`
	ToPrepay      money.Fen       `json:"to_prepay" doc:"其中存入预存的，分"`
	LateFee       money.Fen       `json:"late_fee" doc:"其中违约金，分；算到发起那天"`
	Lines         []orderLineJSON `json:"lines" nullable:"false" doc:"付款后销掉的应收，不会再变"`
	State         string          `json:"state" enum:"created,waiting,paid,closed,expired" doc:"created 正在取二维码，waiting 等付款，paid 已付，closed 已取消，expired 超时"`
	Closing       bool            `json:"closing" doc:"正在取消，结果以 state 为准"`
	Phone         bool            `json:"phone" doc:"住户正在自己的手机或电脑网页上付，没有二维码"`
	Scan          string          `json:"scan" enum:"none,new,sent,asked,unknown,reversing,reversed" doc:"扫付款码到了哪一步：none 没有扫，asked 等付款人在手机上确认，unknown 渠道没有说清，reversing 正在撤销，reversed 已撤销"`
	Code          string          `json:"code,omitempty" doc:"二维码里的文字"`
	Picture       string          `json:"picture,omitempty" doc:"二维码，data: 开头的 SVG"`
	Reason        string          `json:"reason,omitempty" doc:"为什么关闭"`
	Receipt       id.ID           `json:"receipt_id" doc:"付款后开的收据"`
	ReceiptNumber string          `json:"receipt_number"`
	CreatedName   string          `json:"created_name" doc:"谁发起的"`
	CreatedAt     time.Time       `json:"created_at"`
	ExpiresAt     time.Time       `json:"expires_at" doc:"过了这个时间不能再付"`
}

type orderOut struct{ Body orderJSON }

func orderAnswer(o *payment.Order) (*orderOut, error) {
	j := orderJSON{ID: o.ID, Number: o.Number, Channel: o.Channel, Room: o.Room, RoomLabel: o.RoomLabel, PayerName: o.PayerName, Amount: o.Amount,
		ToPrepay: o.ToPrepay, Lines: []orderLineJSON{}, State: string(o.State), Closing: o.Closing, Reason: o.Reason, Receipt: o.Receipt,
		ReceiptNumber: o.ReceiptNumber, Phone: o.Phone, Scan: cmp.Or(string(o.Scan), "none"), CreatedName: o.CreatedName, CreatedAt: o.CreatedAt.In(clock.Shanghai()), ExpiresAt: o.ExpiresAt.In(clock.Shanghai())}
	for _, l := range o.Lines {
		j.Lines = append(j.Lines, orderLineJSON(l))
		if l.Late {
			j.LateFee += l.Amount
		}
	}
	if o.State == payment.OrderWaiting && !o.Closing && !o.Phone && o.Scan == "" {
		svg, err := payment.QR(o.Code)
		if err != nil {
			return nil, err
		}
		j.Code, j.Picture = o.Code, "data:image/svg+xml;base64,"+base64.StdEncoding.EncodeToString([]byte(svg))
	}
	return &orderOut{j}, nil
}

// OrderInput is what is to be paid through a channel.
type OrderInput struct {
	Channel         string     `json:"channel" enum:"wechat,alipay" doc:"收款渠道：wechat 微信支付，alipay 支付宝"`
	Room            id.ID      `json:"room_id" doc:"收银台上的房间；多收的钱存入它的预存"`
	Charges         []id.ID    `json:"charge_ids,omitempty" maxItems:"500" doc:"所选的应收；不填则按到期先后抵全部欠费"`
	Late            []id.ID    `json:"late_charge_ids,omitempty" maxItems:"500" doc:"收哪些应收的违约金；和 charge_ids 都不填为全部"`
	Amount          money.Fen  `json:"amount" minimum:"1" doc:"金额，分"`
	ExpectedOwed    money.Fen  `json:"expected_owed" minimum:"0" doc:"界面上显示的欠费合计，不一致则拒绝"`
	ExpectedPrepaid *money.Fen `json:"expected_prepaid,omitempty" minimum:"0" doc:"界面上显示的预存余额，不一致则拒绝；选填"`
	ExpectedLate    *money.Fen `json:"expected_late,omitempty" minimum:"0" doc:"界面上显示的违约金合计，不一致则拒绝；不填为不收违约金"`
	Confirmed       bool       `json:"confirmed,omitempty" doc:"金额异常时已再次确认"`
	Merchant        id.ID      `json:"merchant_id,omitempty" doc:"只收这个商户的那一笔；不填时费用须都属同一个商户"`
	PayerCode       string     `json:"payer_code,omitempty" maxLength:"32" doc:"扫到的付款码；填了就直接向付款人收，不出二维码。渠道须在 scans 里"`
}

func (b *OrderInput) taking() OrderTaking {
	return OrderTaking{Channel: b.Channel, Room: b.Room, Charges: b.Charges, Late: b.Late, Merchant: b.Merchant, Amount: b.Amount, ExpectedOwed: b.ExpectedOwed,
		ExpectedPrepaid: b.ExpectedPrepaid, ExpectedLate: b.ExpectedLate, Confirmed: b.Confirmed, PayerCode: b.PayerCode}
}

func (s *Service) apiOpenOrder(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    OrderInput
}) (*orderOut, error) {
	t := in.Body.taking()
	t.Within = who.Within(PermReceive, in.Project)
	o, err := s.OpenOrder(ctx, who, in.Project, t)
	if err != nil {
		return nil, err
	}
	return orderAnswer(&o)
}

type orderPartJSON struct {
	Merchant id.ID     `json:"merchant_id"`
	Name     string    `json:"merchant_name" doc:"商户名称"`
	Account  string    `json:"merchant" doc:"商户号"`
	Amount   money.Fen `json:"amount" doc:"这个商户收多少，分"`
	ToPrepay money.Fen `json:"to_prepay" doc:"其中存入预存的，分"`
	LateFee  money.Fen `json:"late_fee" doc:"其中违约金，分"`
	Charges  []id.ID   `json:"charge_ids" nullable:"false" doc:"它收的应收"`
	Late     []id.ID   `json:"late_charge_ids" nullable:"false" doc:"它收哪些应收的违约金"`
}

type orderPartsOut struct {
	Body struct {
		Items []orderPartJSON `json:"items" nullable:"false" doc:"按收款先后；只有一项就是一笔收"`
	}
}

func (s *Service) apiOrderParts(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    OrderInput
}) (*orderPartsOut, error) {
	t := in.Body.taking()
	t.Within = who.Within(PermReceive, in.Project)
	parts, err := s.OrderParts(ctx, who, in.Project, t)
	if err != nil {
		return nil, err
	}
	out := &orderPartsOut{}
	out.Body.Items = []orderPartJSON{}
	for _, p := range parts {
		out.Body.Items = append(out.Body.Items, orderPartJSON{p.Payee.ID, p.Payee.Name, p.Payee.Account, p.Amount, p.ToPrepay, p.Late,
			append([]id.ID{}, p.Charges...), append([]id.ID{}, p.LateOf...)})
	}
	return out, nil
}

type orderRef struct {
	Project id.ID `path:"project"`
	Order   id.ID `path:"order" doc:"线上收款编号"`
}

func (s *Service) apiOrder(ctx context.Context, who actor.Actor, in *orderRef) (*orderOut, error) {
	o, err := s.orderWithin(ctx, s.db.Reader(ctx), in.Project, in.Order, who.Within(PermRead, in.Project))
	if err != nil {
		return nil, err
	}
	return orderAnswer(&o)
}

func (s *Service) apiCancelOrder(ctx context.Context, who actor.Actor, in *orderRef) (*orderOut, error) {
	if _, err := s.orderWithin(ctx, s.db.Reader(ctx), in.Project, in.Order, who.Within(PermReceive, in.Project)); err != nil {
		return nil, err
	}
	o, err := s.payment.CancelOrder(ctx, who, in.Project, in.Order, "收费员取消")
	if err != nil {
		return nil, err
	}
	return orderAnswer(&o)
}

// onlineOf says on the seat what may be paid online and what is being paid.
func (s *Service) onlineOf(ctx context.Context, project, room id.ID, within actor.Buildings, b *seatJSON) error {
	q := s.db.Reader(ctx)
	var err error
	if b.Online, err = s.payment.Codes(ctx, q, project); err != nil {
		return err
	}
	if b.Scans, err = s.payment.Scannable(ctx, q, project); err != nil {
		return err
	}
	open, err := s.payment.OpenOrderOf(ctx, q, project, room)
	if err != nil || open == nil {
		return err
	}
	if _, err = s.orderWithin(ctx, q, project, open.ID, within); errors.Is(err, fault.ErrNotFound) {
		return nil
	}
	b.OpenOrder = open.ID
	return err
}
