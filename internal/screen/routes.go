package screen

import (
	"linli/internal/estate"
	"linli/internal/kit/web"
)

// Routes registers the pages.
func (s *Service) Routes(w *web.Server) {
	web.Handle(w, web.Op{ID: "read-household", Method: "GET", Path: "/projects/{project}/households/{room}", Summary: "住户档案：人、房、欠费、缴费、往来",
		Tag: "screen", Permission: estate.PermRead, Buildings: true}, s.readHousehold)
	web.Handle(w, web.Op{ID: "read-home", Method: "GET", Path: "/projects/{project}/home", Summary: "工作台：收缴率、账龄、今天、等你处理", Tag: "screen", Buildings: true}, s.readHome)
	web.Handle(w, web.Op{ID: "read-room-states", Method: "GET", Path: "/projects/{project}/buildings/{building}/room-states", Summary: "房态图：一栋楼每间房的居住状态和费用状态",
		Tag: "screen", Permission: estate.PermRead, Buildings: true}, s.readRoomStates)
	web.Handle(w, web.Op{ID: "read-room-card", Method: "GET", Path: "/projects/{project}/rooms/{room}/card", Summary: "房态图上一间房的卡片：业主、面积、逾期",
		Tag: "screen", Permission: estate.PermRead, Buildings: true}, s.readRoomCard)
	s.historyRoutes(w)
	s.transferRoutes(w)
	s.copyRoutes(w)
}
