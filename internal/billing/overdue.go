package billing

import (
	"context"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// RoomArrears is what one room is late with.
type RoomArrears struct {
	Room   id.ID
	Amount money.Fen
	Oldest clock.Date // earliest due day of it
	Count  int
}

// OverdueRooms lists the rooms that are late on a day by more than days, who
// owes most first, below a place in that order (0, 0 is the top); among is all
// rooms when it is nil.
func (s *Service) OverdueRooms(ctx context.Context, q db.Q, project id.ID, among []id.ID, today clock.Date, days int, below money.Fen, room id.ID, limit int) ([]RoomArrears, error) {
	out, err := overdueRooms(ctx, q, project, among, today.AddDays(-days), below, room, limit)
	if err != nil {
		return nil, fmt.Errorf("overdue rooms: %w", err)
	}
	return out, nil
}

// OverdueSum is how many rooms are late, and with how much.
type OverdueSum struct {
	Rooms  int64
	Amount money.Fen
}

// SumOverdue adds up what OverdueRooms lists.
func (s *Service) SumOverdue(ctx context.Context, q db.Q, project id.ID, among []id.ID, today clock.Date, days int) (OverdueSum, error) {
	sum, err := sumOverdue(ctx, q, project, among, today.AddDays(-days))
	if err != nil {
		return sum, fmt.Errorf("sum overdue: %w", err)
	}
	return sum, nil
}
