package roster

import (
	"context"
	"time"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/export"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
)

type vehicleJSON struct {
	ID     id.ID     `json:"id"`
	Plate  string    `json:"plate" doc:"车牌号，如 浙A12345"`
	Owner  string    `json:"owner" doc:"车主，表格里没有则为空"`
	Phone  string    `json:"phone_mask" doc:"打码的手机号"`
	Brand  string    `json:"brand" doc:"品牌"`
	Kind   string    `json:"kind" doc:"车辆类型"`
	Colour string    `json:"colour" doc:"颜色"`
	Area   string    `json:"area" doc:"停车场"`
	Space  string    `json:"space" doc:"车位"`
	From   string    `json:"from" doc:"起租时间，表格里的写法"`
	Until  string    `json:"until" doc:"截止时间，表格里的写法"`
	Room   id.ID     `json:"room_id" doc:"哪一户；表格里没写房号则为空"`
	Label  string    `json:"room_label" doc:"房屋，如 3栋2单元1502"`
	At     time.Time `json:"imported_at" doc:"哪天导入的"`
}

func toVehicle(v ListedVehicle) vehicleJSON {
	return vehicleJSON{v.ID, v.Plate, v.Owner, v.Phone, v.Brand, kindText(v.Kind), v.Colour, v.Area, v.Space, v.From, v.Until, v.Room, v.RoomLabel, v.At.In(clock.Shanghai())}
}

type listVehiclesIn struct {
	Project id.ID `path:"project"`
	page.Request
	Text string `query:"q" maxLength:"60" doc:"车牌的开头或一部分、车主、房号的任意写法"`
	Room id.ID  `query:"room_id" doc:"哪一户"`
}

type vehiclesOut struct{ Body page.List[vehicleJSON] }

func (s *Service) listVehiclesAPI(ctx context.Context, who actor.Actor, in *listVehiclesIn) (*vehiclesOut, error) {
	l, err := s.Vehicles(ctx, s.db.Reader(ctx), in.Project, VehicleFilter{Request: in.Request, Text: in.Text, Room: in.Room, Within: who.Within(estate.PermRead, in.Project)})
	return &vehiclesOut{page.List[vehicleJSON]{Items: each(l.Items, toVehicle), Next: l.Next}}, err
}

// Exports are the lists of this room that can be taken out.
func (s *Service) Exports() []export.Offer {
	cars := export.Offer{Key: "vehicles", Name: "车辆", Permission: estate.PermRead, Buildings: true, Columns: []sheet.Column{export.Text("车牌号", 12), export.Text("房屋", 20), export.Text("车主", 14),
		export.Text("手机号", 16), export.Text("品牌", 12), export.Text("车辆类型", 12), export.Text("颜色", 8), export.Text("停车场", 12), export.Text("车位", 12),
		export.Text("起租时间", 12), export.Text("截止时间", 12), export.Text("导入日期", 12)}}
	cars.Check, cars.Rows = export.Batches(s.listVehiclesAPI, func(o *vehiclesOut) page.List[vehicleJSON] { return o.Body }, exportVehicles)
	return []export.Offer{cars}
}

func exportVehicles(_ context.Context, _ export.Ask, items []vehicleJSON, emit export.Emit) error {
	for i := range items {
		v := &items[i]
		cells := each([]string{v.Plate, v.Label, v.Owner, v.Phone, v.Brand, v.Kind, v.Colour, v.Area, v.Space, v.From, v.Until, clock.DateOf(v.At).String()}, sheet.Text)
		if err := emit(cells); err != nil {
			return err
		}
	}
	return nil
}
