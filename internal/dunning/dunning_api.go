package dunning

import (
	"context"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/export"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
	"linli/internal/kit/web"
)

// Routes registers the operations of the room.
func (s *Service) Routes(w *web.Server) {
	const in = "/projects/{project}/dunning"
	honour(w, "list-arrears", "GET", in+"/arrears", "欠费的房屋：本金、违约金、催过几次、时效", PermRead, s.listArrearsAPI)
	route(w, "issue-letters", "POST", in+"/letters", "给欠费的房屋出催缴单", PermWrite, s.issueAPI)
	route(w, "list-letters", "GET", in+"/letters", "列出催缴单", PermRead, s.listLettersAPI)
	route(w, "read-letter", "GET", in+"/letters/{letter}", "一张催缴单", PermRead, s.readLetterAPI)
	route(w, "print-letters", "POST", in+"/prints", "打印一张或多张催缴单", PermWrite, s.printAPI)
	route(w, "deliver-letter", "POST", in+"/letters/{letter}/deliveries", "登记送达", PermWrite, s.deliverAPI)
	honour(w, "record-contact", "POST", in+"/rooms/{room}/contacts", "登记电话或上门催缴的结果", PermWrite, s.recordAPI)
	honour(w, "list-contacts", "GET", in+"/rooms/{room}/contacts", "一间房的催缴经过", PermRead, s.listContactsAPI)
	route(w, "read-dunning-setting", "GET", in+"/setting", "催缴设置", PermRead, s.settingAPI)
	route(w, "put-dunning-setting", "PUT", in+"/setting", "修改催缴设置（整条提交）", PermSetting, s.putSettingAPI)
	s.scheduleRoutes(w)
}

// honour is route for what answers only about the buildings that a right is
// limited to.
func honour[I, O any](w *web.Server, opID, method, path, summary string, p actor.Permission, h func(context.Context, actor.Actor, *I) (*O, error)) {
	web.Handle(w, web.Op{ID: opID, Method: method, Path: path, Summary: summary, Tag: "dunning", Permission: p, Buildings: true}, h)
}

func route[I, O any](w *web.Server, opID, method, path, summary string, p actor.Permission, h func(context.Context, actor.Actor, *I) (*O, error)) {
	web.Handle(w, web.Op{ID: opID, Method: method, Path: path, Summary: summary, Tag: "dunning", Permission: p}, h)
}

type eventJSON struct {
	ID            id.ID      `json:"id"`
	Room          id.ID      `json:"room_id"`
	Letter        id.ID      `json:"letter_id" doc:"送达的催缴单，电话和上门为空"`
	Kind          string     `json:"kind" enum:"delivery,call,visit" doc:"送达、电话、上门"`
	Result        string     `json:"result"`
	ResultName    string     `json:"result_name" doc:"结果，文字"`
	Date          clock.Date `json:"date"`
	PromiseDate   clock.Date `json:"promise_date" doc:"答应哪天缴，没有为空"`
	PromiseAmount money.Fen  `json:"promise_amount" doc:"答应缴多少，分"`
	Proof         string     `json:"proof" doc:"照片编号、挂号单号"`
	Note          string     `json:"note"`
	By            string     `json:"by"`
	At            time.Time  `json:"at"`
}

func toEvent(e *Event) *eventJSON {
	if e == nil {
		return nil
	}
	return &eventJSON{e.ID, e.Room, e.Letter, string(e.Kind), e.Result, resultName(e.Kind, e.Result), e.Date, e.PromiseDate, e.PromiseAmount, e.Proof, e.Note,
		e.ByName, e.At.In(clock.Shanghai())}
}

type letterLineJSON struct {
	Charge    id.ID       `json:"charge_id"`
	Item      string      `json:"item_name"`
	Month     clock.Month `json:"month"`
	Due       clock.Date  `json:"due_date"`
	Principal money.Fen   `json:"principal" doc:"分"`
	Days      int         `json:"days"`
	Late      money.Fen   `json:"late_fee" doc:"分"`
	Basis     string      `json:"basis" doc:"违约金怎么算的"`
}

type letterJSON struct {
	ID        id.ID            `json:"id"`
	Number    string           `json:"number" doc:"编号，如 CJ2026-000001"`
	Kind      string           `json:"kind" enum:"remind,demand" doc:"提醒、催告"`
	Nth       int              `json:"nth" doc:"第几次通知"`
	Room      id.ID            `json:"room_id"`
	Label     string           `json:"room_label"`
	Payer     string           `json:"payer_name"`
	Date      clock.Date       `json:"date"`
	Deadline  clock.Date       `json:"deadline" doc:"缴清的期限"`
	Principal money.Fen        `json:"principal" doc:"分"`
	Late      money.Fen        `json:"late_fee" doc:"分"`
	Prints    int              `json:"prints" doc:"打印过几次"`
	Delivered clock.Date       `json:"delivered" doc:"送达日，还没送达为空"`
	By        string           `json:"by"`
	Lines     []letterLineJSON `json:"lines" nullable:"false" doc:"列表里为空"`
}

func toLetter(l *Letter) letterJSON {
	j := letterJSON{l.ID, l.Number, string(l.Kind), l.Nth, l.Room, l.RoomLabel, l.PayerName, l.Date, l.Deadline, l.Principal, l.Late, l.Prints, l.Delivered, l.ByName,
		[]letterLineJSON{}}
	for _, x := range l.Lines {
		j.Lines = append(j.Lines, letterLineJSON(x))
	}
	return j
}

type lettersOut struct{ Body page.List[letterJSON] }

func (s *Service) issueAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		Rooms []id.ID `json:"room_ids" minItems:"1" maxItems:"200" nullable:"false" doc:"给哪些房屋"`
		Kind  string  `json:"kind" enum:"remind,demand" doc:"提醒或催告"`
	}
}) (*lettersOut, error) {
	list, err := s.Issue(ctx, who, in.Project, in.Body.Rooms, Kind(in.Body.Kind))
	if err != nil {
		return nil, err
	}
	out := &lettersOut{}
	for i := range list {
		out.Body.Items = append(out.Body.Items, toLetter(&list[i]))
	}
	return out, nil
}

func (s *Service) listLettersAPI(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
	page.Request
	Room        id.ID `query:"room_id" doc:"只看一间房的"`
	Undelivered bool  `query:"undelivered" doc:"只看还没登记送达的"`
}) (*lettersOut, error) {
	l, err := s.Letters(ctx, s.DB.Reader(ctx), in.Project, LetterFilter{in.Request, in.Room, in.Undelivered})
	out := &lettersOut{}
	out.Body.Items, out.Body.Next = []letterJSON{}, l.Next
	for i := range l.Items {
		out.Body.Items = append(out.Body.Items, toLetter(&l.Items[i]))
	}
	return out, err
}

func (s *Service) letterOffer() export.Offer {
	o := export.Offer{Key: "letters", Name: "催缴单", Permission: PermRead, Columns: []sheet.Column{export.Text("编号", 18), export.Text("类型", 8), {Title: "第几次", Width: 8},
		export.Text("房屋", 20), export.Text("缴费人", 14), export.Text("日期", 12), export.Text("期限", 12), export.Money("本金"), export.Money("违约金"),
		{Title: "打印次数", Width: 8}, export.Text("送达日", 12), export.Text("出单人", 12)}}
	o.Check, o.Rows = export.Pages(s.listLettersAPI, func(o *lettersOut) page.List[letterJSON] { return o.Body }, func(l *letterJSON) []sheet.Value {
		kind := "提醒"
		if l.Kind == string(Demand) {
			kind = "催告"
		}
		return []sheet.Value{sheet.Text(l.Number), sheet.Text(kind), sheet.Int(int64(l.Nth)), sheet.Text(l.Label), sheet.Text(l.Payer), sheet.Text(l.Date.String()),
			sheet.Text(l.Deadline.String()), export.Yuan(l.Principal), export.Yuan(l.Late), sheet.Int(int64(l.Prints)), sheet.Text(l.Delivered.String()), sheet.Text(l.By)}
	})
	return o
}

type letterRef struct {
	Project id.ID `path:"project"`
	Letter  id.ID `path:"letter"`
}

func (s *Service) readLetterAPI(ctx context.Context, _ actor.Actor, in *letterRef) (*struct{ Body letterJSON }, error) {
	l, err := s.Letter(ctx, s.DB.Reader(ctx), in.Project, in.Letter)
	return &struct{ Body letterJSON }{toLetter(&l)}, err
}

type printedJSON struct {
	HTML string `json:"html" doc:"这几张纸的网页，交给浏览器打印"`
}

func (s *Service) printAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		Letters []id.ID `json:"letter_ids" minItems:"1" maxItems:"200" nullable:"false"`
	}
}) (*struct{ Body printedJSON }, error) {
	b, err := s.Print(ctx, who, in.Project, in.Body.Letters)
	return &struct{ Body printedJSON }{printedJSON{string(b)}}, err
}

func (s *Service) deliverAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Letter  id.ID `path:"letter"`
	Body    struct {
		How   string     `json:"how" enum:"signed,adult,left,registered" doc:"本人签收、同住成年人签收、留置并拍照、挂号信"`
		Date  clock.Date `json:"date,omitempty" doc:"送达日，空为今天"`
		Proof string     `json:"proof,omitempty" maxLength:"100" doc:"照片编号、挂号单号"`
		Note  string     `json:"note,omitempty" maxLength:"400"`
	}
}) (*struct{ Body eventJSON }, error) {
	e, err := s.Deliver(ctx, who, in.Project, in.Letter, Event{Result: in.Body.How, Date: in.Body.Date, Proof: in.Body.Proof, Note: in.Body.Note})
	return &struct{ Body eventJSON }{*toEvent(&e)}, err
}

type roomRef struct {
	Project id.ID `path:"project"`
	Room    id.ID `path:"room"`
}

func (s *Service) recordAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Room    id.ID `path:"room"`
	Body    struct {
		Kind          string     `json:"kind" enum:"call,visit" doc:"电话、上门"`
		Result        string     `json:"result" enum:"promised,acknowledged,disputed,hardship,refused,no_answer,wrong" doc:"承诺缴费、书面承认欠费、对金额有异议、暂时有困难、拒绝缴纳、没联系上、号码或人不对"`
		Date          clock.Date `json:"date,omitempty" doc:"空为今天"`
		PromiseDate   clock.Date `json:"promise_date,omitempty" doc:"答应哪天缴"`
		PromiseAmount money.Fen  `json:"promise_amount,omitempty" minimum:"0" doc:"答应缴多少，分"`
		Note          string     `json:"note,omitempty" maxLength:"400"`
	}
}) (*struct{ Body eventJSON }, error) {
	b := &in.Body
	if _, err := s.Estate.RoomWithin(ctx, s.DB.Reader(ctx), in.Project, in.Room, who.Within(PermWrite, in.Project)); err != nil {
		return nil, err
	}
	e, err := s.Record(ctx, who, in.Project, Event{Room: in.Room, Kind: EventKind(b.Kind), Result: b.Result, Date: b.Date, PromiseDate: b.PromiseDate,
		PromiseAmount: b.PromiseAmount, Note: b.Note})
	return &struct{ Body eventJSON }{*toEvent(&e)}, err
}

func (s *Service) listContactsAPI(ctx context.Context, who actor.Actor, in *roomRef) (*struct {
	Body struct {
		Items []eventJSON `json:"items" nullable:"false" doc:"新的在前"`
	}
}, error) {
	q := s.DB.Reader(ctx)
	if _, err := s.Estate.RoomWithin(ctx, q, in.Project, in.Room, who.Within(PermRead, in.Project)); err != nil {
		return nil, err
	}
	list, err := s.Events(ctx, q, in.Project, []id.ID{in.Room})
	out := &struct {
		Body struct {
			Items []eventJSON `json:"items" nullable:"false" doc:"新的在前"`
		}
	}{}
	out.Body.Items = []eventJSON{}
	for i := range list {
		out.Body.Items = append(out.Body.Items, *toEvent(&list[i]))
	}
	return out, err
}

type settingJSON struct {
	DeadlineDays int    `json:"deadline_days" minimum:"3" maximum:"90" doc:"出单后几天内缴清"`
	Contact      string `json:"contact" maxLength:"400" doc:"联系人和电话，没填不能出单"`
	Objection    string `json:"objection" maxLength:"400" doc:"对金额有疑问怎么办"`
	Account      string `json:"account,omitempty" maxLength:"400" doc:"收款的银行账户"`
	Extra        string `json:"extra,omitempty" maxLength:"400" doc:"另加一段话"`
	Version      int    `json:"version" minimum:"0" doc:"修改时原样带回，没有设置过为 0"`
}

type settingOut struct{ Body settingJSON }

func (s *Service) settingAPI(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
}) (*settingOut, error) {
	st, err := s.Setting(ctx, s.DB.Reader(ctx), in.Project)
	return &settingOut{settingJSON(st)}, err
}

func (s *Service) putSettingAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    settingJSON
}) (*settingOut, error) {
	st, err := s.SetSetting(ctx, who, in.Project, Setting(in.Body))
	return &settingOut{settingJSON(st)}, err
}
