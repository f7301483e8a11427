package estate

import (
	"context"
	"slices"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/web"
)

// PersonJSON is exported because huma documents no fields of an embedded
// unexported struct.
type PersonJSON struct {
	ID        id.ID  `json:"id"`
	Name      string `json:"name" doc:"姓名或单位名称"`
	Kind      string `json:"kind" enum:"person,company" doc:"个人或单位"`
	Gender    string `json:"gender" doc:"male、female 或空"`
	Email     string `json:"email"`
	PhoneMask string `json:"phone_mask" doc:"打码的手机号"`
	IDMask    string `json:"id_mask" doc:"打码的证件号"`
	Version   int    `json:"version" doc:"修改时原样带回"`
}

func toPerson(p Person) PersonJSON {
	return PersonJSON(p)
}

type occupantJSON struct {
	ID        id.ID      `json:"id"`
	Room      id.ID      `json:"room_id"`
	RoomLabel string     `json:"room_label"`
	Person    PersonJSON `json:"person"`
	Part      string     `json:"part" enum:"owner,family,tenant,other" doc:"业主、家属、租户、其他"`
	Since     clock.Date `json:"since" doc:"从哪天起，空为未登记"`
	Until     clock.Date `json:"until" doc:"到哪天止，空为现在仍是"`
	Payer     bool       `json:"payer" doc:"由他代业主缴费"`
	Share     int        `json:"share" doc:"产权份额，万分之一，0 为未登记"`
}

func toOccupant(o Occupant) occupantJSON {
	return occupantJSON{o.ID, o.Room, o.RoomLabel, toPerson(o.Person), o.Part, o.Since, o.Until, o.Payer, o.Share}
}

type listPeopleIn struct {
	Project id.ID `path:"project"`
	page.Request
	Text string `query:"q" maxLength:"60" doc:"姓名、拼音、首字母、手机号、后四位或证件号"`
	Part string `query:"part" enum:"owner,family,tenant,other" doc:"现在与房屋的关系"`

	Building id.ID    `query:"building_id" doc:"现在住在哪栋楼"`
	Tag      id.ID    `query:"tag_id" doc:"有哪个标签"`
	From     web.Date `query:"moved_in_from" doc:"入住日期从哪天起"`
	Until    web.Date `query:"moved_in_until" doc:"入住日期到哪天止，含当天"`
	Field    id.ID    `query:"field_id" doc:"哪个自定义字段"`
	Value    string   `query:"field_value" maxLength:"200" doc:"这个字段正好是什么"`
}

type peopleOut struct{ Body page.List[personRow] }

func (s *Service) listPeopleAPI(ctx context.Context, who actor.Actor, in *listPeopleIn) (*peopleOut, error) {
	within := who.Within(PermRead, in.Project)
	l, err := s.People(ctx, in.Project, PersonFilter{Request: in.Request, Text: in.Text, Part: in.Part, Building: in.Building, Tag: in.Tag,
		MovedFrom: in.From.Date, MovedUntil: in.Until.Date, Says: FieldFilter{in.Field, in.Value}, Within: within})
	if err != nil {
		return nil, err
	}
	items, err := s.personRows(ctx, s.db.Reader(ctx), in.Project, l.Items, within)
	return &peopleOut{page.List[personRow]{Items: items, Next: l.Next}}, err
}

type createPersonIn struct {
	Project id.ID `path:"project"`
	Body    struct {
		Name     string `json:"name" minLength:"1" maxLength:"60" doc:"姓名或单位名称"`
		Kind     string `json:"kind,omitempty" enum:"person,company" doc:"默认个人"`
		Gender   string `json:"gender,omitempty" enum:"male,female"`
		Phone    string `json:"phone,omitempty" maxLength:"40" doc:"手机号或座机，任意写法"`
		IDNumber string `json:"id_number,omitempty" maxLength:"40" doc:"身份证号；单位填统一社会信用代码"`
		Email    string `json:"email,omitempty" maxLength:"254"`
	}
}

type personOut struct{ Body PersonJSON }

func (s *Service) createPersonAPI(ctx context.Context, who actor.Actor, in *createPersonIn) (*personOut, error) {
	var p Person
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		b := in.Body
		p, err = s.CreatePerson(ctx, tx, who, in.Project, PersonInput{Name: b.Name, Kind: b.Kind, Gender: b.Gender, Email: b.Email, Phone: b.Phone, IDNumber: b.IDNumber})
		return err
	})
	return &personOut{toPerson(p)}, err
}

type personIn struct {
	Project id.ID `path:"project"`
	Person  id.ID `path:"person"`
}

type personRoomsOut struct {
	Body struct {
		PersonJSON
		Rooms []occupantJSON `json:"rooms" nullable:"false" doc:"现在和以前的房屋"`
	}
}

func (s *Service) readPersonAPI(ctx context.Context, who actor.Actor, in *personIn) (*personRoomsOut, error) {
	q, within := s.db.Reader(ctx), who.Within(PermRead, in.Project)
	p, err := s.PersonWithin(ctx, q, in.Project, in.Person, within)
	if err != nil {
		return nil, err
	}
	list, err := s.Occupants(ctx, q, in.Project, 0, in.Person, false)
	list = slices.DeleteFunc(list, func(o Occupant) bool { return !within.Has(o.building) })
	out := &personRoomsOut{}
	out.Body.PersonJSON, out.Body.Rooms = toPerson(p), each(list, toOccupant)
	return out, err
}

type editPersonIn struct {
	Project id.ID `path:"project"`
	Person  id.ID `path:"person"`
	Body    struct {
		Version  int     `json:"version" doc:"读到的 version"`
		Name     *string `json:"name,omitempty" maxLength:"60"`
		Kind     *string `json:"kind,omitempty" enum:"person,company"`
		Gender   *string `json:"gender,omitempty" doc:"male、female 或空"`
		Phone    *string `json:"phone,omitempty" maxLength:"40" doc:"空字符串为清除"`
		IDNumber *string `json:"id_number,omitempty" maxLength:"40" doc:"空字符串为清除"`
		Email    *string `json:"email,omitempty" maxLength:"254"`
	}
}

func (s *Service) editPersonAPI(ctx context.Context, who actor.Actor, in *editPersonIn) (*personOut, error) {
	var p Person
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		if err = s.reachPeople(ctx, tx, in.Project, []id.ID{in.Person}, who.Within(PermWrite, in.Project)); err != nil {
			return err
		}
		b := in.Body
		p, err = s.EditPerson(ctx, tx, who, in.Project, in.Person, PersonEdit{Version: b.Version, Name: b.Name, Kind: b.Kind, Gender: b.Gender,
			Email: b.Email, Phone: b.Phone, IDNumber: b.IDNumber})
		return err
	})
	return &personOut{toPerson(p)}, err
}

type revealIn struct {
	Project id.ID `path:"project"`
	Person  id.ID `path:"person"`
	Body    struct {
		Field  string `json:"field" enum:"phone,id_number" doc:"看手机号还是证件号"`
		Reason string `json:"reason" minLength:"2" maxLength:"200" doc:"为什么要看，会记入操作日志"`
	}
}

type revealOut struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Value string `json:"value" doc:"完整的号码"`
	}
}

func (s *Service) revealAPI(ctx context.Context, who actor.Actor, in *revealIn) (*revealOut, error) {
	if _, err := s.PersonWithin(ctx, s.db.Reader(ctx), in.Project, in.Person, who.Within(PermReveal, in.Project)); err != nil {
		return nil, err
	}
	value, err := s.Reveal(ctx, who, in.Project, in.Person, in.Body.Field, in.Body.Reason)
	out := &revealOut{CacheControl: "no-store"}
	out.Body.Value = value
	return out, err
}

type occupantsOut struct {
	Body struct {
		Items []occupantJSON `json:"items" nullable:"false"`
	}
}

type listOccupantsIn struct {
	Project id.ID `path:"project"`
	Room    id.ID `path:"room"`
	All     bool  `query:"all" doc:"也列出已迁出的"`
}

func (s *Service) listOccupantsAPI(ctx context.Context, who actor.Actor, in *listOccupantsIn) (*occupantsOut, error) {
	q := s.db.Reader(ctx)
	if _, err := s.RoomWithin(ctx, q, in.Project, in.Room, who.Within(PermRead, in.Project)); err != nil {
		return nil, err
	}
	list, err := s.Occupants(ctx, q, in.Project, in.Room, 0, !in.All)
	out := &occupantsOut{}
	out.Body.Items = each(list, toOccupant)
	return out, err
}

type addOccupantIn struct {
	Project id.ID `path:"project"`
	Room    id.ID `path:"room"`
	Body    struct {
		Person id.ID      `json:"person_id" doc:"谁"`
		Part   string     `json:"part" enum:"owner,family,tenant,other" doc:"业主、家属、租户、其他"`
		Since  clock.Date `json:"since,omitempty" doc:"从哪天起，不晚于今天"`
		Payer  bool       `json:"payer,omitempty" doc:"由他代业主缴费；原来的缴费人不再交"`
		Share  int        `json:"share,omitempty" minimum:"0" maximum:"10000" doc:"产权份额，万分之一"`
	}
}

type occupantOut struct{ Body occupantJSON }

func (s *Service) addOccupantAPI(ctx context.Context, who actor.Actor, in *addOccupantIn) (*occupantOut, error) {
	var o Occupant
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		within := who.Within(PermWrite, in.Project)
		if err = s.reachRooms(ctx, tx, in.Project, []id.ID{in.Room}, within); err != nil {
			return err
		}
		b := in.Body
		if err = s.ReachNewcomer(ctx, tx, in.Project, b.Person, within); err != nil {
			return err
		}
		o, err = s.AddOccupant(ctx, tx, who, in.Project, Occupant{Room: in.Room, Person: Person{ID: b.Person}, Part: b.Part, Since: b.Since, Payer: b.Payer, Share: b.Share})
		return err
	})
	return &occupantOut{toOccupant(o)}, err
}

type editOccupantIn struct {
	Project  id.ID `path:"project"`
	Occupant id.ID `path:"occupant"`
	Body     struct {
		Since *clock.Date `json:"since,omitempty" doc:"从哪天起"`
		Payer *bool       `json:"payer,omitempty" doc:"由他代业主缴费"`
		Share *int        `json:"share,omitempty" minimum:"0" maximum:"10000" doc:"产权份额，万分之一"`
	}
}

func (s *Service) editOccupantAPI(ctx context.Context, who actor.Actor, in *editOccupantIn) (*occupantOut, error) {
	var o Occupant
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		if err = s.reachOccupant(ctx, tx, in.Project, in.Occupant, who.Within(PermWrite, in.Project)); err != nil {
			return err
		}
		o, err = s.EditOccupant(ctx, tx, who, in.Project, in.Occupant, OccupantEdit{in.Body.Since, in.Body.Payer, in.Body.Share})
		return err
	})
	return &occupantOut{toOccupant(o)}, err
}

type endOccupantIn struct {
	Project  id.ID `path:"project"`
	Occupant id.ID `path:"occupant"`
	Body     struct {
		Until clock.Date `json:"until,omitempty" doc:"到哪天止，默认今天"`
	}
}

func (s *Service) endOccupantAPI(ctx context.Context, who actor.Actor, in *endOccupantIn) (*occupantOut, error) {
	var o Occupant
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		if err = s.reachOccupant(ctx, tx, in.Project, in.Occupant, who.Within(PermWrite, in.Project)); err != nil {
			return err
		}
		o, err = s.EndOccupant(ctx, tx, who, in.Project, in.Occupant, in.Body.Until)
		return err
	})
	return &occupantOut{toOccupant(o)}, err
}
