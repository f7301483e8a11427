package estate

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

type roomJSON struct {
	ID        id.ID      `json:"id"`
	Building  id.ID      `json:"building_id"`
	Unit      id.ID      `json:"unit_id" doc:"没有单元则为空"`
	Name      string     `json:"name" doc:"房号，如 1502"`
	Label     string     `json:"label" doc:"全称，如 3栋2单元1502"`
	Floor     int        `json:"floor" doc:"楼层，地下为负，0 为未登记"`
	Floors    int        `json:"floors" doc:"总楼层，0 为未登记"`
	Layout    string     `json:"layout" doc:"户型"`
	Kind      string     `json:"kind" enum:"home,flat,shop,office,storage,other" doc:"住宅、公寓、商铺、办公、储藏间、其他"`
	Area      money.Area `json:"area" doc:"建筑面积，百分之一平方米，0 为未登记"`
	InnerArea money.Area `json:"inner_area" doc:"套内面积，百分之一平方米，0 为未登记"`
	State     string     `json:"state" enum:"unsold,undelivered,vacant,renovating,self,rented" doc:"未售、未交付、空置、装修、自住、出租"`
	Handover  clock.Date `json:"handover" doc:"交付日期，空为未登记"`
	Payer     id.ID      `json:"payer_id" doc:"谁缴费；没有则为空"`
	People    int        `json:"people" doc:"现住人数"`
	Version   int        `json:"version" doc:"修改时原样带回"`
	Tags      []tagRef   `json:"tags" nullable:"false" doc:"标签，列出和查看时才有"`
}

func toRoom(r Room) roomJSON {
	return roomJSON{r.ID, r.Building, r.Unit, r.Name, r.Label, r.Floor, r.Floors, r.Layout, r.Kind, r.Area, r.InnerArea, r.State, r.Handover, r.Payer, r.People, r.Version, []tagRef{}}
}

type listRoomsIn struct {
	Project id.ID `path:"project"`
	page.Request
	Text     string `query:"q" maxLength:"60" doc:"房号的任意写法或开头，如 3栋1502、3-2"`
	Building id.ID  `query:"building_id" doc:"楼栋"`
	Unit     id.ID  `query:"unit_id" doc:"单元"`
	State    string `query:"state" enum:"unsold,undelivered,vacant,renovating,self,rented" doc:"房屋状态"`
	Kind     string `query:"kind" enum:"home,flat,shop,office,storage,other" doc:"房屋类型"`
	Tag      id.ID  `query:"tag_id" doc:"标签"`
	Field    id.ID  `query:"field_id" doc:"哪个自定义字段"`
	Value    string `query:"field_value" maxLength:"200" doc:"这个字段正好是什么"`
	Count    bool   `query:"count" doc:"true 时给出一共多少间"`
}

type roomsOut struct {
	Body struct {
		page.List[roomJSON]
		Total *int `json:"total,omitempty" doc:"一共多少间，count=true 时才有；超过 10,000 间为 10001"`
	}
}

func (s *Service) listRoomsAPI(ctx context.Context, who actor.Actor, in *listRoomsIn) (*roomsOut, error) {
	q, f := s.db.Reader(ctx), RoomListFilter{Request: in.Request, Text: in.Text, Building: in.Building, Unit: in.Unit, State: in.State, Kind: in.Kind, Tag: in.Tag,
		Says: FieldFilter{in.Field, in.Value}, Within: who.Within(PermRead, in.Project)}
	l, err := s.RoomList(ctx, q, in.Project, f)
	if err != nil {
		return nil, err
	}
	out := &roomsOut{}
	out.Body.List = page.List[roomJSON]{Items: each(l.Items, toRoom), Next: l.Next}
	if in.Count {
		n, err := countRooms(ctx, q, in.Project, f)
		if out.Body.Total = &n; err != nil {
			return nil, err
		}
	}
	return out, s.addTags(ctx, in.Project, out.Body.Items)
}

// addTags tells the tags of rooms that are shown.
func (s *Service) addTags(ctx context.Context, project id.ID, list []roomJSON) error {
	ids := make([]id.ID, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	marks, err := s.TagsOf(ctx, s.db.Reader(ctx), project, ids)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].Tags = each(marks[list[i].ID], func(t Tag) tagRef { return tagRef{t.ID, t.Name} })
	}
	return nil
}

type createRoomIn struct {
	Project id.ID `path:"project"`
	Body    struct {
		Building  id.ID      `json:"building_id" doc:"楼栋"`
		Unit      id.ID      `json:"unit_id,omitempty" doc:"单元；没有单元的留空"`
		Name      string     `json:"name" minLength:"1" maxLength:"60" doc:"房号，如 1502"`
		Floor     int        `json:"floor,omitempty" minimum:"-20" maximum:"300" doc:"楼层，地下为负"`
		Layout    string     `json:"layout,omitempty" maxLength:"60" doc:"户型"`
		Kind      string     `json:"kind,omitempty" enum:"home,flat,shop,office,storage,other" doc:"默认住宅"`
		Area      money.Area `json:"area,omitempty" minimum:"0" doc:"建筑面积，百分之一平方米"`
		InnerArea money.Area `json:"inner_area,omitempty" minimum:"0" doc:"套内面积，百分之一平方米"`
		State     string     `json:"state,omitempty" enum:"unsold,undelivered,vacant,renovating,self,rented" doc:"默认空置"`
		Handover  clock.Date `json:"handover,omitempty" doc:"交付日期"`
	}
}

type roomOut struct{ Body roomJSON }

func (s *Service) createRoomAPI(ctx context.Context, who actor.Actor, in *createRoomIn) (*roomOut, error) {
	b := in.Body
	rooms := []Room{{Building: b.Building, Unit: b.Unit, Name: b.Name, Floor: b.Floor, Layout: b.Layout, Kind: b.Kind, Area: b.Area,
		InnerArea: b.InnerArea, State: b.State, Handover: b.Handover}}
	if !who.Within(PermWrite, in.Project).Has(b.Building) {
		return nil, ErrNoBuilding
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error { return s.CreateRooms(ctx, tx, who, in.Project, rooms) })
	return &roomOut{toRoom(rooms[0])}, err
}

type roomIn struct {
	Project id.ID `path:"project"`
	Room    id.ID `path:"room"`
}

func (s *Service) readRoomAPI(ctx context.Context, who actor.Actor, in *roomIn) (*roomOut, error) {
	r, err := s.RoomWithin(ctx, s.db.Reader(ctx), in.Project, in.Room, who.Within(PermRead, in.Project))
	if err != nil {
		return nil, err
	}
	one := []roomJSON{toRoom(r)}
	if err := s.addTags(ctx, in.Project, one); err != nil {
		return nil, err
	}
	return &roomOut{one[0]}, nil
}

type editRoomIn struct {
	Project id.ID `path:"project"`
	Room    id.ID `path:"room"`
	Body    struct {
		Version   int         `json:"version" doc:"读到的 version"`
		Name      *string     `json:"name,omitempty" maxLength:"60"`
		Floor     *int        `json:"floor,omitempty" minimum:"-20" maximum:"300"`
		Layout    *string     `json:"layout,omitempty" maxLength:"60"`
		Kind      *string     `json:"kind,omitempty" enum:"home,flat,shop,office,storage,other"`
		Area      *money.Area `json:"area,omitempty" minimum:"0"`
		InnerArea *money.Area `json:"inner_area,omitempty" minimum:"0"`
		State     *string     `json:"state,omitempty" enum:"unsold,undelivered,vacant,renovating,self,rented"`
		Handover  *clock.Date `json:"handover,omitempty"`
	}
}

func (s *Service) editRoomAPI(ctx context.Context, who actor.Actor, in *editRoomIn) (*roomOut, error) {
	var r Room
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		if err = s.reachRooms(ctx, tx, in.Project, []id.ID{in.Room}, who.Within(PermWrite, in.Project)); err != nil {
			return err
		}
		b := in.Body
		r, err = s.EditRoom(ctx, tx, who, in.Project, in.Room, RoomEdit{Version: b.Version, Name: b.Name, Floor: b.Floor, Layout: b.Layout,
			Kind: b.Kind, Area: b.Area, InnerArea: b.InnerArea, State: b.State, Handover: b.Handover})
		return err
	})
	return &roomOut{toRoom(r)}, err
}

type searchIn struct {
	Project id.ID  `path:"project"`
	Text    string `query:"q" maxLength:"60" doc:"房号的任意写法、姓名、拼音、首字母、手机号或后四位"`
	Limit   int    `query:"limit" default:"10" minimum:"1" maximum:"50" doc:"最多几条"`
}

type hitJSON struct {
	Room      id.ID  `json:"room_id" doc:"空表示这个人现在没有房屋"`
	Label     string `json:"label" doc:"房屋全称"`
	Person    id.ID  `json:"person_id"`
	Name      string `json:"name"`
	PhoneMask string `json:"phone_mask"`
	Part      string `json:"part" doc:"与房屋的关系：owner、family、tenant、other"`
	Why       string `json:"why" enum:"room,name,phone,id_number" doc:"因何找到"`
}

type searchOut struct {
	Body struct {
		Items []hitJSON `json:"items" nullable:"false"`
	}
}

func (s *Service) searchAPI(ctx context.Context, who actor.Actor, in *searchIn) (*searchOut, error) {
	list, err := s.SearchWithin(ctx, in.Project, in.Text, in.Limit, who.Within(PermRead, in.Project))
	out := &searchOut{}
	out.Body.Items = each(list, func(h Hit) hitJSON { return hitJSON(h) })
	return out, err
}
